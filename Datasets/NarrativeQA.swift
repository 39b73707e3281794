import Contract
import Files
import Foundation
import Records
import Synchronization

/// NarrativeQA (Kočiský et al. 2018): questions about books and films, behind a summary of the plot or the whole story.
public enum NarrativeQA: DatasetFormat {
    public static let card = DatasetCard(
        id: "narrativeqa", name: "NarrativeQA",
        summary: "NarrativeQA's folder of CSV files, one document a story.",
        usage: "narrativeqa=FOLDER", source: "https://github.com/google-deepmind/narrativeqa",
        shape: "a folder with `qaps.csv` (document_id, set, question, answer1, answer2), "
            + "`third_party/wikipedia/summaries.csv` (document_id, summary) and, for whole stories, "
            + "`stories/DOCUMENT_ID.content`",
        reading: "the context is the summary, or the story with `--fields context=story`; `set` is the subset"
    )

    public static func recognizes(_ file: FileBeginning) -> Bool {
        guard case .folder(let names) = file.content else { return false }
        return names.contains("qaps.csv")
    }

    public static func open(_ source: DatasetSource) throws -> DocumentStream {
        let folder = try source.file(takesFields: true)
        let field = source.fields.first
        guard source.fields.count < 2,
            field == nil || ["context=story", "context=summary"].contains(field?.text)
        else {
            throw DatasetError.badOption(
                dataset: card.id, option: "--fields \(source.fields.map(\.text).joined(separator: ","))",
                expected: "context=summary or context=story")
        }
        let questions = folder.appendingPathComponent("qaps.csv")
        // Whether the file is there is found out now.
        _ = try source.table(of: questions) { _ in nil }
        return DocumentStream(id: "\(card.id):\(folder.lastPathComponent)") {
            let texts: any Texts =
                field?.value == "story"
                ? Stories(folder: folder) : try Summaries(folder: folder, source: source)
            return try source.table(of: questions, joinsNeighbours: true) { row in
                let id = try row.text("document_id")
                guard let text = texts.text(of: id) else {
                    throw row.fault("is about \(id), of which there is no \(field?.value ?? "summary")")
                }
                return Document(
                    id: id, text: text,
                    questions: [
                        Question(
                            id: row.id, text: try row.text("question"),
                            answers: [try row.text("answer1"), try row.text("answer2")].distinct)
                    ], subset: try row.text("set"))
            }.reader()
        }
    }

    private protocol Texts: Sendable {
        func text(of id: String) -> String?
    }

    private struct Summaries: Texts {
        private let texts: [String: String]

        init(folder: URL, source: DatasetSource) throws {
            let file = folder.appendingPathComponent("third_party/wikipedia/summaries.csv")
            texts = Dictionary(
                try source.all(of: file) { (try $0.text("document_id"), try $0.text("summary")) },
                uniquingKeysWith: { first, _ in first })
        }

        func text(of id: String) -> String? { texts[id] }
    }

    /// Remembers the last story: its questions stand one behind the other.
    private final class Stories: Texts {
        private let folder: URL
        private let last = Mutex<(id: String, text: String?)>(("", nil))

        init(folder: URL) { self.folder = folder.appendingPathComponent("stories") }

        func text(of id: String) -> String? {
            last.withLock { last in
                if last.id != id {
                    last = (id, try? RegularFile.text(of: folder.appendingPathComponent("\(id).content")))
                }
                return last.text
            }
        }
    }
}
