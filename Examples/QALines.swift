import Contract
import Foundation

/// Lines of JSON, one document each: `{"text": …, "questions": [{"question": …, "answers": […]}]}`.
public enum QALines: DatasetFormat {
    public static let card = DatasetCard(
        id: "qa-lines", summary: "Lines of JSON with a text and its questions.", usage: "qa-lines=PATH")

    private struct Line: Decodable {
        let text: String
        let questions: [Question]

        struct Question: Decodable {
            let question: String
            let answers: [String]
        }
    }

    public static func open(_ source: DatasetSource) throws -> DocumentStream {
        let file = try source.file()
        guard let content = try? String(contentsOf: file, encoding: .utf8) else {
            throw DatasetError.unreadable(file: file.path)
        }
        let documents = try content.split(separator: "\n").enumerated().map { number, text in
            let line: Line
            do {
                line = try JSONDecoder().decode(Line.self, from: Data(text.utf8))
            } catch let error as DecodingError {
                throw DatasetError.malformed(
                    file: file.path, at: "line \(number + 1)", found: error.line,
                    expected: "an object with text and questions")
            }
            return Document(
                id: "\(number)", text: line.text,
                questions: line.questions.enumerated().map {
                    Question(id: "\(number)-\($0)", text: $1.question, answers: $1.answers)
                })
        }
        return DocumentStream(id: "\(card.id):\(file.lastPathComponent)", documents: documents)
    }
}
