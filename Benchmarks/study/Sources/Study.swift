import Leaderboards
import Results

/// The study of PIC against ICAE: tables worked out from a store's rows alone, put into the marked
/// places of a document whose prose is written by hand.
///
/// A place begins with a line `<!-- study: TABLE OPTION=VALUE … -->` and ends with `<!-- end -->`;
/// what stands between is replaced. Values hold no spaces.
package struct Study {
    let snapshot: Snapshot
    let points: [Int64: [TrainingPoint]]

    /// - Parameter points: of each training, by its identifier
    package init(_ snapshot: Snapshot, points: [Int64: [TrainingPoint]]) {
        self.snapshot = snapshot
        self.points = points
    }

    package init(_ store: ResultStore) throws {
        let snapshot = try store.snapshot()
        try snapshot.requireSound(of: store.path)
        var points: [Int64: [TrainingPoint]] = [:]
        for id in snapshot.trainings.compactMap(\.id) { points[id] = try store.points(of: id) }
        self.init(snapshot, points: points)
    }

    /// The document with every marked place filled anew.
    package func filled(_ document: String) throws -> String {
        var lines: [String] = []
        var place: Place?
        for line in document.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if let begun = place {
                guard line == Place.end else { continue }
                lines += ["", try table(begun), line]
                place = nil
            } else {
                lines.append(line)
                place = Place(line)
            }
        }
        if let place { throw StudyError.noEnd(table: place.table) }
        return lines.joined(separator: "\n")
    }

    private static let tables: [(name: String, make: @Sendable (Study, Place) throws -> TextTable)] = [
        ("quality", { try $0.quality($1) }),
        ("controls", { try $0.controls($1) }),
        ("claims", { try $0.claims($1) }),
        ("curves", { try $0.curves($1) }),
        ("time", { try $0.time($1) }),
        ("settings", { try $0.settings($1) }),
        ("fairness", { try $0.fairness($1) }),
        ("attention", { try $0.attention($1) }),
        ("maps", { try $0.maps($1) }),
        ("latency", { try $0.latency($1) }),
        ("trainings", { $0.trainings($1) }),
    ]

    private func table(_ place: Place) throws -> String {
        guard let table = Self.tables.first(where: { $0.name == place.table }) else {
            throw StudyError.unknownTable(place.table, known: Self.tables.map(\.name))
        }
        return try table.make(self, place).markdown
    }

    /// A marked place: which table it holds, and of what.
    struct Place {
        let table: String
        private let options: [String: String]

        static let end = "<!-- end -->"

        /// Nil for a line that begins no place.
        init?(_ line: String) {
            guard let match = line.wholeMatch(of: /<!-- study: (\S+)(.*) -->/) else { return nil }
            table = String(match.1)
            options = Dictionary(
                match.2.split(separator: " ").compactMap { option in
                    option.firstIndex(of: "=").map {
                        (String(option[..<$0]), String(option[option.index(after: $0)...]))
                    }
                }
            ) { _, last in last }
        }

        func option(_ name: String) throws -> String {
            guard let value = options[name] else {
                throw StudyError.missingOption(table: table, option: name)
            }
            return value
        }
    }
}

/// What can be wrong with a study's document or results, in one line.
package enum StudyError: Error, CustomStringConvertible, Equatable {
    case unreadable(document: String)
    case noEnd(table: String)
    case unknownTable(String, known: [String])
    case missingOption(table: String, option: String)
    case nothing(table: String, wanted: String)

    package var description: String {
        switch self {
        case .unreadable(let document):
            "\(document) cannot be read; name a Markdown file such as Docs/study-pic.md"
        case .noEnd(let table):
            "the place of the table '\(table)' has no end; write '\(Study.Place.end)' on a line of its own"
        case .unknownTable(let name, let known):
            "there is no table '\(name)'; tables: \(known.joined(separator: ", "))"
        case .missingOption(let table, let option):
            "the table '\(table)' needs \(option)=…; write it behind the table's name"
        case .nothing(let table, let wanted):
            "the results hold nothing for the table '\(table)' (\(wanted)); run what it shows, or name "
                + "another results file with --db"
        }
    }
}
