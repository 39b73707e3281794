import Contract
import Metrics

/// How close the model stays to itself: what it answers behind the full context is the reference, so that any
/// text will do.
public struct Fidelity: TaskAdapter {
    public static let card = TaskCard(
        id: "fidelity", name: "Fidelity",
        summary: "How the model's own answer behind the full context is predicted behind the compressed one.",
        metrics: [.divergence, .agreement, .ownPerplexity], isOnRequest: true)

    public init() {}

    /// The document's questions, or a summary where it has none.
    public func items(of document: Document, in dataset: Dataset) -> [Item] {
        guard !document.text.isEmpty else { return [] }
        let prompts =
            document.questions.isEmpty
            ? [
                (
                    "\(document.id)-fidelity",
                    Prompt(
                        purpose: .summary, instruction: "Summarize the text above.",
                        answerPrefix: "Summary of the text above:")
                )
            ]
            : document.questions.map { question in
                (
                    "\(question.id)-fidelity",
                    Prompt(
                        purpose: .answer, instruction: "Answer the question about the text above.",
                        request: "Question: \(question.text)", answerPrefix: "Answer:",
                        question: question.text)
                )
            }
        return prompts.map { Item(id: $0, prompt: $1, references: [], outputLimit: .tokens(32)) }
    }
}
