import Contract
import Records

/// DROP (Dua et al. 2019): questions that take counting, sorting or arithmetic over a paragraph.
public enum DROP: DatasetFormat {
    public static let card = DatasetCard(
        id: "drop", name: "DROP", summary: "DROP JSON, one document a passage.", usage: "drop=PATH",
        source: "https://allenai.org/data/drop",
        shape:
            "`{\"PASSAGE_ID\": {\"passage\", \"qa_pairs\": [{\"query_id\", \"question\", \"answer\": {\"number\", "
            + "\"date\", \"spans\"}, \"validated_answers\": […]}]}}`",
        reading:
            "the answer and the validated ones are each right: a number, a date (day month year), or spans with "
            + "commas between them")

    public static func recognizes(_ file: FileBeginning) -> Bool { file.has("*.passage", "*.qa_pairs") }

    public static func open(_ source: DatasetSource) throws -> DocumentStream {
        try source.values(at: "{}") { passage in
            Document(
                id: passage.id, text: try passage.text("passage"),
                questions: try passage.records("qa_pairs") { pair in
                    let validated = try pair.member("validated_answers")
                    let answers =
                        [try answer(pair.member("answer"))]
                        + (validated.isMissing ? [] : try validated.list().map(answer))
                    return Question(
                        id: try pair.identifier("query_id"), text: try pair.text("question"),
                        answers: answers.filter { !$0.isEmpty }.distinct)
                })
        }
    }

    /// One of three kinds; the others are empty.
    private static func answer(_ answer: Record) throws -> String {
        let number = try answer.member("number")
        if !number.isMissing, case let digits = try number.scalar(), !digits.isEmpty { return digits }
        let spans = try answer.member("spans")
        if !spans.isMissing, case let texts = try spans.texts(), !texts.isEmpty {
            return texts.joined(separator: ", ")
        }
        let date = try answer.member("date")
        guard !date.isMissing else { return "" }
        return try ["day", "month", "year"].map { try date.scalar($0) }.filter { !$0.isEmpty }.joined(
            separator: " ")
    }
}
