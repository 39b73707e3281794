import Contract
import Seeding

/// A generator of synthetic English documents about people, companies, events and places.
///
/// Every document describes some subjects by four to six facts each. Questions can be answered
/// from the document alone; a digest of two facts a subject is the summary. A fifth of all names is told of in the
/// test split alone. A list says each fact once, in about 47 words a subject, and has held-out people and companies
/// as values in every split; prose says each several times, in about 150 words a subject (`Gazette+Prose`).
public struct Gazette: DatasetFormat {
    public static let card = DatasetCard(
        id: "gazette", summary: "Made-up documents about people, companies, events and places.",
        usage: "gazette[:subjects=8,documents=50,seed=1,split=test,style=list,questions=all]",
        reading:
            "made as it is read, by `seed`: `documents` about 1 to 24 `subjects` each, of the `split` test, "
            + "validation or train; `style=list` says each fact once, in about 47 words a subject, `style=prose` each several "
            + "times in other words, in about 150; prose is asked about single facts and about the whole (how many, who shares a "
            + "town), or with `questions=facts` or `gist` about one of the two; the summary is two facts a subject"
    )

    public enum Split: String, Codable, Sendable {
        case train, validation, test
    }

    /// How facts are told.
    public enum Style: String, Codable, CaseIterable, Sendable {
        /// Each once, in random order.
        case list
        /// Each several times in other words, subject by subject, with sentences that connect them.
        case prose
    }

    /// Which questions are asked about prose; lists have those about facts alone.
    public enum Asked: String, CaseIterable, Sendable {
        case all, facts, gist
    }

    public let split: Split
    public var style = Style.list
    public var asked = Asked.all
    /// Facts a subject.
    public var facts = 4...6
    /// The chance of a filler sentence behind a fact.
    public var fillerChance = 0.15

    public init(split: Split, style: Style = .list, asked: Asked = .all) {
        self.split = split
        self.style = style
        self.asked = asked
    }

    /// Documents of the test split, unless another is asked for.
    public static func open(_ source: DatasetSource) throws -> DocumentStream {
        try source.requireNoFile()
        var numbers = ["subjects": 8, "documents": 50, "seed": 1]
        var gazette = Gazette(split: .test)
        for option in source.options {
            if option.name == "split", let named = Split(rawValue: option.value) {
                gazette = Gazette(split: named, style: gazette.style, asked: gazette.asked)
            } else if option.name == "style", let named = Style(rawValue: option.value) {
                gazette.style = named
            } else if option.name == "questions", let named = Asked(rawValue: option.value) {
                gazette.asked = named
            } else if numbers[option.name] != nil, let number = Int(option.value), number > 0 {
                numbers[option.name] = number
            } else {
                throw DatasetError.badOption(
                    dataset: card.id, option: option.text,
                    expected: "subjects, documents or seed with a positive number, "
                        + "split=train, validation or test, style=list or prose, "
                        + "or questions=all, facts or gist")
            }
        }
        let subjects = numbers["subjects"] ?? 8
        guard subjects <= mostSubjects else {
            throw DatasetError.badOption(
                dataset: card.id, option: "subjects=\(subjects)", expected: "1 to \(mostSubjects)")
        }
        guard gazette.style == .prose || gazette.asked == .all else {
            throw DatasetError.badOption(
                dataset: card.id, option: "questions=\(gazette.asked.rawValue)",
                expected: "style=prose with it; lists have questions about facts alone")
        }
        return gazette.stream(
            subjects: [subjects], documents: numbers["documents"] ?? 50, seed: UInt64(numbers["seed"] ?? 1))
    }

    /// The most subjects that the pools of names can tell apart in one document.
    public static let mostSubjects = 24

    /// Documents whose numbers of subjects take turns through `subjects`.
    public func dataset(subjects: [Int], documents: Int, seed: UInt64) -> Dataset {
        var pages = pages(subjects: subjects, count: documents, seed: seed)
        return Dataset(
            id: id(subjects: subjects, documents: documents, seed: seed),
            documents: (0..<documents).compactMap { _ in pages.next() })
    }

    /// The same documents, made when they are wanted.
    func stream(subjects: [Int], documents: Int, seed: UInt64) -> DocumentStream {
        DocumentStream(
            id: id(subjects: subjects, documents: documents, seed: seed), count: documents, isShuffled: true
        ) { pages(subjects: subjects, count: documents, seed: seed) }
    }

    private func id(subjects: [Int], documents: Int, seed: UInt64) -> String {
        let sizes = subjects.map(String.init).joined(separator: ",")
        let name = split == .test ? "gazette" : "gazette-\(split.rawValue)"
        return "\(name):subjects=\(sizes),documents=\(documents),seed=\(seed)"
            + (style == .list ? "" : ",style=\(style.rawValue)")
            + (asked == .all ? "" : ",questions=\(asked.rawValue)")
    }

    private func pages(subjects: [Int], count: Int, seed: UInt64) -> GazettePages {
        GazettePages(
            gazette: self, subjects: subjects, count: count,
            generator: SeededGenerator(seed: seed, stream: "gazette-\(split.rawValue)"))
    }

    /// One document with the wanted number of subjects.
    public func document(id: String, subjects: Int, using generator: inout SeededGenerator) -> Document {
        precondition(
            (1...Self.mostSubjects).contains(subjects),
            "\(subjects) subjects; a document has 1 to \(Self.mostSubjects)")
        if style == .prose { return prose(id: id, subjects: subjects, using: &generator) }
        var sentences: [String] = []
        var questions: [Question] = []
        var digest: [String] = []
        for subject in drawSubjects(subjects, using: &generator) {
            let kind = subject.kind
            let told = drawFacts(of: kind, using: &generator)
            var values: [String: String] = [:]
            for (i, fact) in told.enumerated() {
                let value = fact.pool.draw(using: &generator)
                values[fact.name] = value
                let name = i == 0 ? subject.name : subject.shortName
                sentences.append(
                    Self.filled(generator.element(of: fact.statements), subject: name, value: value))
                questions.append(
                    Question(
                        id: "\(id)-\(questions.count)",
                        text: Self.filled(
                            generator.element(of: fact.questions), subject: subject.shortName, value: ""),
                        answers: [value]))
                if generator.unit() < fillerChance {
                    sentences.append(generator.element(of: GazetteWords.fillers))
                }
            }
            digest.append(subject.digest(values))
        }
        return Document(
            id: id, text: sentences.joined(separator: " "), questions: generator.shuffled(questions),
            summaries: [digest.joined(separator: " ")])
    }

    /// The facts that are told of a subject, in the order in which they are told.
    /// - Parameter needed: those that are among them whatever is drawn; by default the head facts
    func drawFacts(
        of kind: GazetteKind, needed: Set<String> = [], using generator: inout SeededGenerator
    ) -> [GazetteFact] {
        let needed = needed.union(kind.headFacts)
        let others = generator.shuffled(kind.facts.filter { !needed.contains($0.name) })
        let heads = kind.facts.filter { needed.contains($0.name) }
        let count = min(generator.integer(in: facts), kind.facts.count)
        return generator.shuffled(heads + others.prefix(max(0, count - heads.count)))
    }

    /// Sentences that hold every word a document, question or digest can hold, for a vocabulary.
    public static var vocabularyText: [String] {
        let templates = GazetteKind.each.flatMap { kind in
            kind.facts.flatMap { fact in
                (fact.statements + [fact.heldOut] + fact.questions).map { template in
                    filled(template, subject: "", value: "")
                }
            }
        }
        let values =
            GazetteFact.Pool.allCases.flatMap(\.words) + GazetteWords.surnames
            + GazetteWords.eventNames + GazetteWords.eventKinds + GazetteWords.placeNames
            + GazetteWords.placeKinds
        return templates + GazetteWords.fillers + proseText + values.map { "\($0): \($0), \($0). \($0)" } + [
            "an"
        ]
    }

    // MARK: - Subjects

    struct Subject {
        let kind: GazetteKind
        let name: String
        let shortName: String
        /// Words that no other subject of the document may have in its name.
        let keys: [String]

        /// As it stands in the middle of a sentence, behind its article where it has one.
        var titled: String { kind.name == .event || kind.name == .place ? "the \(shortName)" : shortName }

        /// Its part of the document's digest.
        func digest(_ values: [String: String]) -> String {
            let heads = kind.headFacts.compactMap { values[$0] }.joined(separator: ", ")
            return "\(name): \(heads)."
        }
    }

    func drawSubjects(_ count: Int, using generator: inout SeededGenerator) -> [Subject] {
        var subjects: [Subject] = []
        var used: Set<String> = []
        while subjects.count < count {
            let subject = drawSubject(using: &generator)
            guard isToldHere(subject.name), used.isDisjoint(with: subject.keys)
            else { continue }
            used.formUnion(subject.keys)
            subjects.append(subject)
        }
        return subjects
    }

    func drawSubject(using generator: inout SeededGenerator) -> Subject {
        let kind = generator.element(of: GazetteKind.all)
        func named(_ first: [String], _ second: [String]) -> Subject {
            let first = generator.element(of: first)
            let name = "\(first) \(generator.element(of: second))"
            return Subject(kind: kind, name: name, shortName: name, keys: [first])
        }
        switch kind.name {
        case .person:
            let first = generator.element(of: GazetteWords.firstNames)
            let last = generator.element(of: GazetteWords.surnames)
            return Subject(kind: kind, name: "\(first) \(last)", shortName: last, keys: [first, last])
        case .company: return named(GazetteWords.companyNames, GazetteWords.companyKinds)
        case .event: return named(GazetteWords.eventNames, GazetteWords.eventKinds)
        case .place: return named(GazetteWords.placeNames, GazetteWords.placeKinds)
        }
    }

    /// A fifth of all names, by a hash of theirs, is kept for the test split.
    static func isTest(_ name: String) -> Bool {
        let hash = name.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x0100_0000_01b3 }
        return (hash >> 32) % 5 == 0
    }

    /// Whether the split is the one that a name is kept for.
    func isToldHere(_ name: String) -> Bool { Self.isTest(name) == (split == .test) }

    /// A template's words with its places taken; an "a" in front of a vowel becomes "an".
    static func filled(_ template: String, subject: String, value: String) -> String {
        var text = ""
        text.reserveCapacity(template.utf8.count + subject.utf8.count + value.utf8.count)
        var rest = template.utf8[...]
        while let open = rest.firstIndex(of: UInt8(ascii: "{")) {
            text += Substring(rest[..<open])
            rest = rest[open...]
            if rest.starts(with: "{value}".utf8) {
                if let first = value.utf8.first, "aeio".utf8.contains(first), text.hasSuffix(" a ") {
                    text.removeLast()
                    text += "n "
                }
                text += value
                rest = rest.dropFirst("{value}".utf8.count)
            } else {
                text += subject
                rest = rest.dropFirst("{subject}".utf8.count)
            }
        }
        return text + Substring(rest)
    }
}

/// Makes one document after another.
private struct GazettePages: DocumentReader {
    let gazette: Gazette
    let subjects: [Int]
    let count: Int
    var generator: SeededGenerator
    var made = 0

    mutating func next() -> Document? {
        guard made < count else { return nil }
        defer { made += 1 }
        return gazette.document(
            id: "\(made)", subjects: subjects[made % subjects.count], using: &generator)
    }
}

extension GazetteFact.Pool {
    func draw(using generator: inout SeededGenerator) -> String {
        switch self {
        case .person:
            generator.element(of: GazetteWords.firstNames) + " "
                + generator.element(of: GazetteWords.surnames)
        case .company:
            generator.element(of: GazetteWords.companyNames) + " "
                + generator.element(of: GazetteWords.companyKinds)
        case .town, .year, .profession, .hobby, .instrument, .subject, .firstName, .product, .number, .month,
            .material, .collection:
            generator.element(of: words)
        }
    }

    /// The single words that values are made of.
    var words: [String] {
        switch self {
        case .town: GazetteWords.towns
        case .year: GazetteWords.years
        case .profession: GazetteWords.professions
        case .company: GazetteWords.companyNames + GazetteWords.companyKinds
        case .hobby: GazetteWords.hobbies
        case .instrument: GazetteWords.instruments
        case .subject: GazetteWords.subjects
        case .firstName: GazetteWords.firstNames
        case .person: GazetteWords.firstNames + GazetteWords.surnames
        case .product: GazetteWords.products
        case .number: GazetteWords.numbers
        case .month: GazetteWords.months
        case .material: GazetteWords.materials
        case .collection: GazetteWords.collections
        }
    }
}
