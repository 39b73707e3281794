import Contract
import Foundation

/// SQuAD v1.1 and v2.0 JSON (Rajpurkar et al. 2016, 2018): one document a paragraph.
public enum SQuAD: DatasetFormat {
    public static let card = DatasetCard(
        id: "squad", summary: "SQuAD 1.1 or 2.0 JSON, one document a paragraph.", usage: "squad=PATH")

    public static func open(_ source: DatasetSource) throws -> DocumentStream {
        let url = try source.file()
        return DocumentStream(id: "squad:\(url.lastPathComponent)", documents: try read(url))
    }

    private static func read(_ url: URL) throws -> [Document] {
        guard let data = try? Data(contentsOf: url) else { throw DatasetError.unreadable(file: url.path) }
        let root: Any
        do {
            root = try JSONSerialization.jsonObject(with: data)
        } catch {
            throw DatasetError.malformed(
                file: url.path, at: "the file", found: "not JSON", expected: "an object with 'data'")
        }
        let reader = Reader(file: url.path)
        var documents: [Document] = []
        for (i, article) in try reader.array(root, "data", at: "").enumerated() {
            let paragraphs = try reader.array(article, "paragraphs", at: "data[\(i)]")
            for (j, paragraph) in paragraphs.enumerated() {
                let place = "data[\(i)].paragraphs[\(j)]"
                var questions: [Question] = []
                for (k, question) in try reader.array(paragraph, "qas", at: place).enumerated() {
                    let place = "\(place).qas[\(k)]"
                    let answers = try reader.array(question, "answers", at: place).enumerated().map {
                        try reader.string($0.element, "text", at: "\(place).answers[\($0.offset)]")
                    }
                    questions.append(
                        Question(
                            id: try reader.string(question, "id", at: place),
                            text: try reader.string(question, "question", at: place), answers: answers))
                }
                documents.append(
                    Document(
                        id: "\(i)-\(j)", text: try reader.string(paragraph, "context", at: place),
                        questions: questions))
            }
        }
        return documents
    }

    private struct Reader {
        let file: String

        func field(_ object: Any, _ name: String, at place: String) throws -> Any {
            guard let object = object as? [String: Any] else {
                throw malformed(place.isEmpty ? "the file" : place, object, "an object")
            }
            guard let value = object[name] else {
                throw malformed(place.isEmpty ? name : "\(place).\(name)", nil, "a value")
            }
            return value
        }

        func array(_ object: Any, _ name: String, at place: String) throws -> [Any] {
            let value = try field(object, name, at: place)
            guard let array = value as? [Any] else {
                throw malformed(place.isEmpty ? name : "\(place).\(name)", value, "a list")
            }
            return array
        }

        func string(_ object: Any, _ name: String, at place: String) throws -> String {
            let value = try field(object, name, at: place)
            guard let string = value as? String else { throw malformed("\(place).\(name)", value, "a text") }
            return string
        }

        private func malformed(_ place: String, _ value: Any?, _ expected: String) -> DatasetError {
            let found = value.map { String("\($0)".prefix(40)).replacingOccurrences(of: "\n", with: " ") }
            return .malformed(file: file, at: place, found: found ?? "missing", expected: expected)
        }
    }
}
