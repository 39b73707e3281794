import Contract

/// Which member of a record is the context, the question and so on, for data whose names are the user's own.
public struct RecordFields: Sendable {
    private let chosen: [String: String]
    /// Whether values are the texts of a table, where a list is written as JSON: `["Oslo", "Bergen"]`.
    private let isTable: Bool

    /// What users may name; by default each is the member of that name.
    private static let known = [
        "context", "question", "answers", "label", "choices", "summary", "id", "group",
    ]
    /// Other names that need not be said.
    private static let others = ["context": "text", "answers": "answer"]

    /// - Throws: `DatasetError.badOption` for a field that is not known
    public init(_ source: DatasetSource, isTable: Bool = false) throws {
        for field in source.fields where !Self.known.contains(field.name) {
            throw DatasetError.badOption(
                dataset: source.format, option: "--fields \(field.text)",
                expected: "NAME=COLUMN with the names \(Self.known.joined(separator: ", "))")
        }
        chosen = Dictionary(source.fields.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        self.isTable = isTable
    }

    /// The record as a document with one question at most.
    public func document(of record: Record) throws -> Document {
        Document(
            id: record.id, text: try context(of: record),
            questions: try question(of: record).map { [$0] } ?? [],
            summaries: try field("summary", of: record).map(texts) ?? [],
            group: try field("group", of: record)?.scalar())
    }

    /// The record's question; nil where it has none.
    public func question(of record: Record) throws -> Question? {
        guard let question = try field("question", of: record) else { return nil }
        let choices = try field("choices", of: record).map(texts) ?? []
        let answers: [String]
        if let field = try presentField("answers", of: record) {
            answers = field.isMissing ? [] : try texts(field)
        } else if let label = try field("label", of: record) {
            answers = [try choice(label, of: choices)]
        } else {
            throw record.fault(
                "has a question and no answers; its members are \(record.names.joined(separator: ", ")): say which it "
                    + "is with --fields answers=NAME or label=NAME")
        }
        let id = try field("id", of: record)?.scalar() ?? record.id
        return Question(id: id, text: try question.text(), answers: answers.distinct, choices: choices)
    }

    private func context(of record: Record) throws -> String {
        if chosen["context"] == "" { return "" }
        guard let field = try field("context", of: record) else {
            throw record.fault(
                "has no context; its members are \(record.names.joined(separator: ", ")): say which it is with --fields "
                    + "context=NAME, or that there is none with --fields context=")
        }
        return try field.isList
            ? field.list().map { try $0.text() }.joined(separator: "\n\n") : field.text()
    }

    /// Nil where the record lacks it, or has null.
    private func field(_ name: String, of record: Record) throws -> Record? {
        let field = try presentField(name, of: record)
        return field?.isMissing == true ? nil : field
    }

    /// Nil where the record has no such member.
    /// - Throws: `RecordFault` where users named the member
    private func presentField(_ name: String, of record: Record) throws -> Record? {
        if let path = chosen[name] {
            let field = try record.member(at: path)
            if field.isAbsent {
                throw record.fault(
                    "has no '\(path)', which --fields names; its members are \(record.names.joined(separator: ", "))"
                )
            }
            return field
        }
        return try [name, Self.others[name]].compactMap { $0 }.map { try record.member($0) }.first {
            !$0.isAbsent
        }
    }

    private func texts(_ field: Record) throws -> [String] {
        guard isTable, case .text(let text) = field.value, text.hasPrefix("["),
            let list = RecordValue(json: text),
            let texts = try? Record(list, at: field.place, tally: field.tally).texts()
        else { return try field.texts() }
        return texts
    }

    /// The choice that a label stands for: its text, its place from 0, or its letter.
    private func choice(_ label: Record, of choices: [String]) throws -> String {
        let text = try label.scalar()
        if choices.isEmpty || choices.contains(text) { return text }
        let letter = text.count == 1 ? text.uppercased().utf8.first.map { Int($0) - 65 } : nil
        guard let place = Int(text) ?? letter, choices.indices.contains(place) else {
            throw label.unexpected("one of the \(choices.count) choices, its place from 0 or its letter")
        }
        return choices[place]
    }
}

extension [String] {
    /// Each once, in the order of their first places.
    public var distinct: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}
