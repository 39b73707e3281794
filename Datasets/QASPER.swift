import Contract
import Records

/// QASPER (Dasigi et al. 2021): questions about whole papers, asked by who read the abstract.
public enum QASPER: DatasetFormat {
    public static let card = DatasetCard(
        id: "qasper", name: "QASPER", summary: "QASPER JSON, one document a paper.", usage: "qasper=PATH",
        source: "https://allenai.org/data/qasper",
        shape:
            "`{\"PAPER_ID\": {\"title\", \"abstract\", \"full_text\": [{\"section_name\", \"paragraphs\": […]}], "
            + "\"qas\": [{\"question_id\", \"question\", \"answers\": [{\"answer\": {\"unanswerable\", "
            + "\"extractive_spans\", \"yes_no\", \"free_form_answer\"}}]}]}}`",
        reading:
            "the context is title, abstract and sections with their names; answers are spans with commas between "
            + "them, Yes or No, or free; unanswerable means none")

    public static func recognizes(_ file: FileBeginning) -> Bool {
        file.has("*.full_text", "*.qas", "*.abstract")
    }

    public static func open(_ source: DatasetSource) throws -> DocumentStream {
        try source.values(at: "{}") { paper in
            Document(
                id: paper.id, text: try text(of: paper),
                questions: try paper.records("qas") { question in
                    Question(
                        id: try question.identifier("question_id"), text: try question.text("question"),
                        answers: try question.list("answers").compactMap { try answer($0.member("answer")) }
                            .distinct)
                })
        }
    }

    private static func text(of paper: Record) throws -> String {
        let sections = try paper.list("full_text").map { section in
            ([try section.textIfAny("section_name") ?? ""] + (try section.texts("paragraphs")))
                .filter { !$0.isEmpty }.joined(separator: "\n")
        }
        return ([try paper.text("title"), try paper.text("abstract")] + sections).joined(separator: "\n\n")
    }

    /// Nil for an unanswerable question.
    private static func answer(_ answer: Record) throws -> String? {
        if try answer.flag("unanswerable") { return nil }
        let spans = try answer.texts("extractive_spans")
        if !spans.isEmpty { return spans.joined(separator: ", ") }
        if let free = try answer.textIfAny("free_form_answer"), !free.isEmpty { return free }
        guard try !answer.member("yes_no").isMissing else { throw answer.fault("has an answer of no kind") }
        return try answer.flag("yes_no") ? "Yes" : "No"
    }
}
