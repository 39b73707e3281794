import Contract
import Records

/// HotpotQA (Yang et al. 2018): questions whose answer takes two of ten paragraphs.
public enum HotpotQA: DatasetFormat {
    public static let card = DatasetCard(
        id: "hotpotqa", name: "HotpotQA",
        summary: "HotpotQA JSON, one document a question with its ten paragraphs.",
        usage: "hotpotqa=PATH", source: "https://hotpotqa.github.io",
        shape:
            "a list of `{\"_id\", \"question\", \"answer\", \"context\": [[\"title\", [sentences]]]}`, or the Hub's rows "
            + "with `\"id\"` and `\"context\": {\"title\": […], \"sentences\": [[…]]}`",
        reading: "the context is the paragraphs behind their titles")

    public static func recognizes(_ file: FileBeginning) -> Bool {
        file.has("question", "answer", "context", "supporting_facts")
    }

    public static func open(_ source: DatasetSource) throws -> DocumentStream {
        try source.rows { row in
            let context = try row.member("context")
            let id = try row.member("_id", or: "id")
            return Document(
                id: row.id,
                text: try paragraphs(context).map { "\($0)\n\($1)" }.joined(separator: "\n\n"),
                questions: [
                    Question(
                        id: id.isMissing ? row.id : try id.scalar(), text: try row.text("question"),
                        answers: [try row.text("answer")])
                ])
        }
    }

    /// Titles and texts.
    private static func paragraphs(_ context: Record) throws -> [(String, String)] {
        func joined(_ sentences: Record) throws -> String {
            try sentences.texts().map { $0.trimmingPrefix(" ") }.joined(separator: " ")
        }
        if context.isObject {
            return try zip(context.texts("title"), context.list("sentences")).map { ($0, try joined($1)) }
        }
        return try context.list().map { paragraph in
            let pair = try paragraph.list()
            guard pair.count == 2 else { throw paragraph.unexpected("a title and a list of sentences") }
            return (try pair[0].text(), try joined(pair[1]))
        }
    }
}
