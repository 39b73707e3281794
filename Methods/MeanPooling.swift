import Contract
import SoftPrompts
import Tensors

/// Means of the encoder's hidden states over windows of the context, mapped to slots.
///
/// arXiv 2510.20797; hidden states are causal here, the paper's encoder is bidirectional. Untrained,
/// the base model is the encoder and the map only restores the scale of embeddings.
public struct MeanPooling: SoftPromptMethod {
    public static let card = MethodCard(
        id: "mean-pooling", name: "Mean pooling", family: .softPrompt,
        summary: "Averages hidden states over windows as long as the ratio and maps them linearly.",
        loses: "What tells the tokens of a window apart, and their order in it.",
        paper: "https://arxiv.org/abs/2510.20797")

    public static let worksUntrained = true

    public let parameters: NoParameters

    public init(parameters: NoParameters) {
        self.parameters = parameters
    }

    public func encode(_ contexts: [Context], with compressor: Compressor, in c: Computation) -> SoftPrompts {
        let (states, rows) = compressor.hiddenStates(contexts, in: c)
        var windows: [Range<Int>] = []
        var ranges: [Range<Int>] = []
        for (context, rows) in zip(contexts, rows) {
            ranges.append(windows.count..<windows.count + context.budget)
            windows += context.windows.map {
                rows.lowerBound + $0.lowerBound..<rows.lowerBound + $0.upperBound
            }
        }
        return SoftPrompts(
            slots: compressor.slots(from: c.windowMean(states, windows), in: c), ranges: ranges,
            positions: contexts.map { $0.windows.map { $0.upperBound - 1 } },
            next: contexts.map(\.tokens.count))
    }
}
