import Contract
import Records

/// SQuAD 1.1 and 2.0 (Rajpurkar et al. 2016, 2018), as published or as the Hugging Face Hub has them: a document a
/// paragraph.
public enum SQuAD: DatasetFormat {
    public static let card = DatasetCard(
        id: "squad", name: "SQuAD", summary: "SQuAD 1.1 or 2.0 JSON, one document a paragraph.",
        usage: "squad=PATH", source: "https://rajpurkar.github.io/SQuAD-explorer/",
        shape: "`{\"data\": [{\"paragraphs\": [{\"context\", \"qas\": [{\"id\", \"question\", \"answers\", "
            + "\"is_impossible\"}]}]}]}`, or the Hub's rows `{\"id\", \"context\", \"question\", \"answers\"}`; answers "
            + "are `[{\"text\", …}]` or `{\"text\": […]}`",
        reading: "a paragraph is a context, its article the group; an impossible question has no answers")

    public static func recognizes(_ file: FileBeginning) -> Bool {
        if file.has("data[].paragraphs[].qas[].followup") { return false }  // QuAC
        return file.has("data[].paragraphs[].qas") || file.has("context", "question", "answers.answer_start")
    }

    public static func open(_ source: DatasetSource) throws -> DocumentStream {
        guard try source.beginning().has("data") else {
            return try source.rows(joinsNeighbours: true) { row in
                Document(
                    id: row.id, text: try row.text("context"), questions: [try question(row)],
                    group: try row.textIfAny("title"))
            }
        }
        return try source.values(at: "data[].paragraphs[]") { paragraph in
            Document(
                id: paragraph.id, text: try paragraph.text("context"),
                questions: try paragraph.records("qas", make: question), group: paragraph.group)
        }
    }

    private static func question(_ record: Record) throws -> Question {
        Question(
            id: try record.identifier("id"), text: try record.text("question"),
            answers: try record.flag("is_impossible") ? [] : answers(of: record))
    }

    /// `"answers": [{"text": …}]` or `{"text": […]}`, each text once.
    static func answers(of record: Record) throws -> [String] {
        let answers = try record.member("answers")
        guard !answers.isObject else { return try answers.texts("text").distinct }
        return try answers.list().map { try $0.text("text") }.distinct
    }
}
