import Bench
import Datasets
import Metrics

/// A summary of the document, where the data has one to compare with.
public struct Summarization: TaskAdapter {
    public static let card = TaskCard(
        id: "summarization", name: "Summarization",
        summary: "A summary of the document, compared with the reference by ROUGE.",
        metrics: [.rougeL, .rouge1, .rouge2])

    public init() {}

    public func examples(of document: Document) -> [Example] {
        guard let summary = document.summary else { return [] }
        return [
            Example(
                id: "\(document.id)-summary", document: document, instruction: .summarize,
                references: [summary], outputLimit: .longestReference(slack: 16))
        ]
    }
}
