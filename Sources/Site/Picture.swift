import Leaderboards

/// A drawing with its title, a description for those who cannot see it, and its numbers as a table.
struct Picture {
    var title: String
    var description: String
    var drawing: Markup
    var data: TextTable
    var height = Self.height
    /// What there is to see, in a sentence below the drawing.
    var note: String?

    static let width = 440.0
    static let height = 280.0

    var figure: Markup {
        .element(
            "figure", [:],
            .element("figcaption", [:], Markup(title)),
            .element(
                "svg",
                [
                    "viewBox": "0 0 \(Int(Self.width)) \(Int(height))", "role": "img",
                    "aria-label": "\(title). \(description)",
                ],
                drawing),
            note.map { .element("p", ["class": "soft"], Markup($0)) } ?? .empty,
            .element(
                "details", [:], .element("summary", [:], "The numbers"),
                .element("div", ["class": "scroll"], data.html)))
    }
}

extension TextTable {
    var html: Markup {
        .table(
            heads: columns.map { ($0.title, nil) },
            rows.map { row in .element("tr", [:], row.map { .element("td", [:], Markup($0)) }) })
    }
}

extension Markup {
    /// - Parameters:
    ///   - id: of a table that can be sorted
    ///   - heads: titles, and the ratio that a column can be filtered by
    static func table(id: String? = nil, heads: [(title: String, ratio: String?)], _ rows: [Markup]) -> Markup
    {
        .element(
            "table", ["id": id, "class": id.map { _ in "sortable" }],
            .element(
                "thead", [:],
                .element(
                    "tr", [:],
                    heads.map { .element("th", ["scope": "col", "data-ratio": $0.ratio], Markup($0.title)) })),
            .element("tbody", [:], rows))
    }
}

/// Colours that are told apart by people with any colour vision, each with a shape of its own.
enum SeriesStyle {
    /// What belongs to no method: references and frontiers.
    static let neutral = -1

    static func color(_ index: Int) -> String { index == neutral ? "var(--soft)" : "var(--c\(index % 7))" }

    static func marker(_ index: Int, _ x: Double, _ y: Double) -> Markup {
        let fill = "fill: \(color(index))"
        func path(_ points: [(Double, Double)]) -> Markup {
            let text = points.map { "\(svg(x + $0.0)),\(svg(y + $0.1))" }.joined(separator: " ")
            return .element("polygon", ["points": text, "style": fill])
        }
        switch (index + 5) % 5 {
        case 0: return .element("circle", ["cx": svg(x), "cy": svg(y), "r": "4", "style": fill])
        case 1: return path([(-4, -4), (4, -4), (4, 4), (-4, 4)])
        case 2: return path([(0, -5), (5, 4), (-5, 4)])
        case 3: return path([(0, -5.5), (5.5, 0), (0, 5.5), (-5.5, 0)])
        case _: return path([(0, 5), (5, -4), (-5, -4)])
        }
    }
}

/// A coordinate, short and the same on every machine.
func svg(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return tenths % 10 == 0
        ? "\(tenths / 10)" : "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
}
