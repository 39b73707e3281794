import Leaderboards

/// The study of PIC against ICAE: tables worked out from its parts alone, put into the marked places of a document
/// whose prose is written by hand.
///
/// A place begins with a line `<!-- study: TABLE OPTION=VALUE … -->` and ends with `<!-- end -->`;
/// what stands between is replaced. Values hold no spaces; lists have commas.
package struct Study {
    let parts: [StudyPart]

    package init(_ parts: [StudyPart]) {
        self.parts = parts
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
        ("kinds", { try $0.kinds($1) }),
        ("contrasts", { try $0.contrasts($1) }),
        ("schedules", { try $0.schedules($1) }),
        ("saving", { try $0.saving($1) }),
        ("curves", { try $0.curves($1) }),
        ("seeds", { try $0.seeds($1) }),
        ("trainings", { study, _ in try study.trainings() }),
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
        private var options: [String: String]

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

        func has(_ name: String) -> Bool { options[name] != nil }

        /// The same of all trainings, whenever they took off.
        var ofAll: Place {
            var place = self
            place.options["took-off-by"] = nil
            return place
        }

        func option(_ name: String) throws -> String {
            guard let value = options[name] else {
                throw StudyError.missingOption(table: table, option: name)
            }
            return value
        }

        func list(_ name: String) throws -> [String] {
            try option(name).split(separator: ",").map(String.init)
        }

        /// `pairs=pic:icae,pic-16:icae-16`
        func pairs() throws -> [(first: String, second: String)] {
            try list("pairs").map { pair in
                let names = pair.split(separator: ":").map(String.init)
                guard names.count == 2 else {
                    throw StudyError.missingOption(table: table, option: "pairs=A:B")
                }
                return (names[0], names[1])
            }
        }

        func number(_ name: String) throws -> Double {
            guard let number = Double(try option(name)) else {
                throw StudyError.missingOption(table: table, option: name)
            }
            return number
        }
    }
}

/// What can be wrong with a study's document or results, in one line.
package enum StudyError: Error, CustomStringConvertible, Equatable {
    case unreadable(file: String)
    case notOneTraining(file: String, found: Int)
    case noEnd(table: String)
    case unknownTable(String, known: [String])
    case missingOption(table: String, option: String)
    case nothing(table: String, wanted: String)
    case otherQuestions(arm: String, than: String, dataset: String)
    case sameSeed(arm: String)
    case otherRecipes(arm: String)
    case noRecipe(hash: String)

    package var description: String {
        switch self {
        case .unreadable(let file):
            "\(file) cannot be read; name a Markdown file such as Docs/study-pic.md, and parts that "
                + "'picbench-study gather' wrote"
        case .notOneTraining(let file, let found):
            "\(file) holds \(found) trainings; gather each from a results file of its own"
        case .noEnd(let table):
            "the place of the table '\(table)' has no end; write '\(Study.Place.end)' on a line of its own"
        case .unknownTable(let name, let known):
            "there is no table '\(name)'; tables: \(known.joined(separator: ", "))"
        case .missingOption(let table, let option):
            "the table '\(table)' needs \(option)=…; write it behind the table's name"
        case .nothing(let table, let wanted):
            "the study's parts hold nothing for the table '\(table)' (\(wanted)); make it with "
                + "Benchmarks/study/make, or name another folder with --parts"
        case .otherQuestions(let arm, let other, let dataset):
            "\(arm) and \(other) were asked other questions of \(dataset); make one of them anew"
        case .sameSeed(let arm):
            "two parts hold trainings of \(arm) with the same seed; remove one"
        case .otherRecipes(let arm):
            "the trainings of \(arm) have different recipes; give one of them another arm's name"
        case .noRecipe(let hash):
            "the training that made \(hash.prefix(12)) has no recipe with a seed; gather its part anew"
        }
    }
}
