import Contract
import Records

/// DuoRC (Saha et al. 2018): questions about film plots, asked behind another telling of the plot.
public enum DuoRC: DatasetFormat {
    public static let card = DatasetCard(
        id: "duorc", name: "DuoRC", summary: "DuoRC JSON (SelfRC or ParaphraseRC), one document a plot.",
        usage: "duorc=PATH", source: "https://duorc.github.io",
        shape:
            "a list of `{\"id\", \"plot\", \"qa\": [{\"id\", \"question\", \"answers\": […], \"no_answer\"}]}`",
        reading: "a question with `no_answer` has no answers")

    public static func recognizes(_ file: FileBeginning) -> Bool { file.has("plot", "qa[].question") }

    public static func open(_ source: DatasetSource) throws -> DocumentStream {
        try source.rows { film in
            Document(
                id: try film.identifier("id"), text: try film.text("plot"),
                questions: try film.records("qa") { question in
                    Question(
                        id: try question.identifier("id"), text: try question.text("question"),
                        answers: try question.flag("no_answer") ? [] : question.texts("answers").distinct)
                })
        }
    }
}
