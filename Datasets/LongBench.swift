import Contract
import Records

/// LongBench (Bai et al. 2023): twenty-one sets of long contexts in English, Chinese and code, one form.
public enum LongBench: DatasetFormat {
    public static let card = DatasetCard(
        id: "longbench", name: "LongBench", summary: "LongBench JSON lines, one document a line.",
        usage: "longbench=PATH", source: "https://github.com/THUDM/LongBench",
        shape: "lines `{\"context\", \"input\", \"answers\": […], \"dataset\", \"all_classes\", \"_id\"}`",
        reading:
            "`input` is the question, `all_classes` the choices, `dataset` the subset; where it asks for a summary "
            + "of the whole (`gov_report`, `multi_news`, `vcsum`) the answers are summaries; `lcc` and `passage_count` "
            + "have no input and get a question; the task `longbench` asks each set in its published words")

    public static func recognizes(_ file: FileBeginning) -> Bool {
        file.has("context", "input", "answers", "all_classes")
    }

    private static let summaries: Set = ["gov_report", "multi_news", "vcsum"]

    /// What is asked where the data says it by the set's name alone.
    private static let questions = [
        "lcc": "What is the next line of the code?",
        "passage_count": "How many different paragraphs are there, each counted once?",
    ]

    public static func open(_ source: DatasetSource) throws -> DocumentStream {
        try source.rows { line in
            let subset = try line.text("dataset").replacing(/_e$/, with: "")
            let answers = try line.texts("answers").distinct
            let isSummary = summaries.contains(subset)
            let input = try line.text("input")
            let classes = try line.member("all_classes")
            let question = Question(
                id: try line.identifier("_id"), text: input.isEmpty ? questions[subset] ?? "" : input,
                answers: answers, choices: classes.isMissing ? [] : try classes.texts())
            return Document(
                id: line.id, text: try line.text("context"), questions: isSummary ? [] : [question],
                summaries: isSummary ? answers : [], subset: subset)
        }
    }
}
