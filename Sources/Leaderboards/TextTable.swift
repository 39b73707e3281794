import Files

/// Rows of cells, written as Markdown or lined up for a terminal.
public struct TextTable {
    public struct Column: Sendable {
        public var title: String
        public var isNumeric: Bool

        public init(title: String, isNumeric: Bool = true) {
            self.title = title
            self.isNumeric = isNumeric
        }
    }

    public var columns: [Column]
    public var rows: [[String]]
    /// What stands over rows that belong together, by the place of the first of them in `rows`.
    public var headings: [Int: String] = [:]

    public init(columns: [Column], rows: [[String]] = []) {
        self.columns = columns
        self.rows = rows
    }

    /// Columns of texts, then columns of numbers.
    public init(_ texts: [String], numbers: [String] = [], rows: [[String]] = []) {
        self.init(
            columns: texts.map { Column(title: $0, isNumeric: false) } + numbers.map { Column(title: $0) },
            rows: rows)
    }

    /// Pipes and line ends in cells are escaped.
    public var markdown: String {
        func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
        let rule = columns.map { $0.isNumeric ? "--:" : ":--" }
        let body = rows.enumerated().flatMap { i, row -> [String?] in
            let heading = headings[i].map { "**\(Self.escaped(Markdown.text($0)))**" }
            return [heading.map { line([$0] + columns.dropFirst().map { _ in "" }) }]
                + [line(row.map(Self.escaped))]
        }.compactMap { $0 }
        return ([line(columns.map { Self.escaped($0.title) }), line(rule)] + body).joined(separator: "\n")
            + "\n"
    }

    /// Two spaces between columns; `style` may colour a line without changing its width. A line that is no
    /// row is a title.
    public func plain(style: (_ line: String, _ row: Int?) -> String = { line, _ in line }) -> String {
        let rows = rows.map { $0.map(\.shown) }
        let widths = columns.indices.map { i in
            ([columns[i].title] + rows.map { $0[i] }).map(\.count).max() ?? 0
        }
        func line(_ cells: [String]) -> String {
            let padded = cells.indices.map { i in
                let space = String(repeating: " ", count: widths[i] - cells[i].count)
                return columns[i].isNumeric ? space + cells[i] : cells[i] + space
            }
            return String(padded.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
        }
        var lines = [style(line(columns.map(\.title)), nil)]
        for (i, row) in rows.enumerated() {
            if let heading = headings[i] { lines += (i > 0 ? [""] : []) + [style(heading, nil)] }
            lines.append(style(line(row), i))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    static func escaped(_ text: String) -> String {
        text.replacing("|", with: "\\|").replacing("\n", with: " ")
    }
}
