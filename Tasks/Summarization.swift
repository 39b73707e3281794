import Contract
import Metrics

/// A summary of the document, where the data has one to compare with.
public struct Summarization: TaskAdapter {
    public static let card = TaskCard(
        id: "summarization", name: "Summarization",
        summary: "A summary of the document, compared with the references by ROUGE.",
        metrics: [.rougeL, .rouge1, .rouge2, .rougeLsum, .nats, .cutOff])

    public init() {}

    public func items(of document: Document, in dataset: Dataset) -> [Item] {
        guard !document.summaries.isEmpty else { return [] }
        return [
            Item(
                id: "\(document.id)-summary",
                prompt: Prompt(
                    purpose: .summary, instruction: "Summarize the text above.",
                    answerPrefix: "Summary of the text above:"),
                references: document.summaries, outputLimit: .longestReference(slack: 16))
        ]
    }
}
