import Contract
import Records

/// PubMedQA (Jin et al. 2019): whether an abstract answers its title with yes, no or maybe.
public enum PubMedQA: DatasetFormat {
    public static let card = DatasetCard(
        id: "pubmedqa", name: "PubMedQA", summary: "PubMedQA JSON, one document an abstract.",
        usage: "pubmedqa=PATH",
        source: "https://github.com/pubmedqa/pubmedqa",
        shape: "`{\"PMID\": {\"QUESTION\", \"CONTEXTS\": […], \"final_decision\", \"LONG_ANSWER\"}}`",
        reading:
            "the contexts are paragraphs of one text; the answer is one of the choices yes, no and maybe; the long "
            + "answer explains it")

    public static func recognizes(_ file: FileBeginning) -> Bool {
        file.has("*.QUESTION", "*.CONTEXTS", "*.final_decision")
    }

    public static func open(_ source: DatasetSource) throws -> DocumentStream {
        try source.values(at: "{}") { abstract in
            let choices = ["yes", "no", "maybe"]
            let decision = try abstract.text("final_decision")
            guard choices.contains(decision) else {
                throw try abstract.member("final_decision").unexpected("yes, no or maybe")
            }
            return Document(
                id: abstract.id, text: try abstract.texts("CONTEXTS").joined(separator: "\n"),
                questions: [
                    Question(
                        id: abstract.id, text: try abstract.text("QUESTION"), answers: [decision],
                        choices: choices,
                        explanation: try abstract.textIfAny("LONG_ANSWER"))
                ])
        }
    }
}
