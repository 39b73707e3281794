import Contract
import Records

/// Lines of JSON, one document each: `{"text": …, "questions": [{"question": …, "answers": […]}]}`.
public enum QALines: DatasetFormat {
    public static let card = DatasetCard(
        id: "qa-lines", summary: "Lines of JSON with a text and its questions.", usage: "qa-lines=PATH")

    public static func recognizes(_ file: FileBeginning) -> Bool { file.has("text", "questions[].question") }

    public static func open(_ source: DatasetSource) throws -> DocumentStream {
        try source.rows { line in
            Document(
                id: line.id, text: try line.text("text"),
                questions: try line.records("questions") { question in
                    Question(
                        id: question.id, text: try question.text("question"),
                        answers: try question.texts("answers"))
                })
        }
    }
}
