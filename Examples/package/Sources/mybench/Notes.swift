import Contract
import Records

/// Lines of JSON, one document each: `{"note": …, "question": …, "answer": …}`.
enum Notes: DatasetFormat {
    static let card = DatasetCard(
        id: "notes", summary: "Lines of JSON with a note, a question and its answer.", usage: "notes=PATH")

    static func open(_ source: DatasetSource) throws -> DocumentStream {
        try source.rows { line in
            Document(
                id: line.id, text: try line.text("note"),
                questions: [
                    Question(
                        id: "\(line.id)-q", text: try line.text("question"),
                        answers: [try line.text("answer")])
                ])
        }
    }
}
