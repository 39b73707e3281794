import Contract
import Metrics

/// How much of the context can be read back from its compressed form.
public struct Reconstruction: TaskAdapter {
    public static let card = TaskCard(
        id: "reconstruction", name: "Reconstruction",
        summary: "The context again, word for word: tokens predicted right, and BLEU of the output.",
        metrics: [.tokenAccuracy, .bleu])

    public init() {}

    public func items(of document: Document, in dataset: Dataset) -> [Item] {
        guard !document.text.isEmpty else { return [] }
        return [
            Item(
                id: "\(document.id)-text",
                prompt: Prompt(
                    purpose: .readBack, instruction: "Repeat the text above word for word.",
                    answerPrefix: "The text above, word for word:"),
                references: [document.text], outputLimit: .longestReference(slack: 8))
        ]
    }
}
