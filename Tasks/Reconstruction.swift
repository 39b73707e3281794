import Bench
import Datasets
import Metrics

/// How much of the context can be read back from its compressed form.
public struct Reconstruction: TaskAdapter {
    public static let card = TaskCard(
        id: "reconstruction", name: "Reconstruction",
        summary: "The context again, word for word: tokens predicted right, and BLEU of the output.",
        metrics: [.bleu], readsBack: true)

    public init() {}

    public func examples(of document: Document) -> [Example] {
        [
            Example(
                id: "\(document.id)-text", document: document, instruction: .readBack,
                references: [document.text], outputLimit: .longestReference(slack: 8))
        ]
    }
}
