import Contract
import Metrics

/// A summary of the document, where the data has one to compare with.
public struct Summarization: TaskAdapter {
    public static let card = TaskCard(
        id: "summarization", name: "Summarization",
        summary: "A summary of the document, compared with the reference by ROUGE.",
        metrics: [.rougeL, .rouge1, .rouge2])

    public init() {}

    public func items(of document: Document, in dataset: Dataset) -> [Item] {
        guard let summary = document.summary else { return [] }
        return [
            Item(
                id: "\(document.id)-summary",
                prompt: Prompt(
                    purpose: .summary, instruction: "Summarize the text above.",
                    answerPrefix: "Summary of the text above:"),
                references: [summary], outputLimit: .longestReference(slack: 16))
        ]
    }
}
