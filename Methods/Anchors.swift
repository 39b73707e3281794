import Contract
import SoftPrompts
import Tensors

/// Some of the context's own tokens, whose keys and values in every layer stand for their window.
///
/// Liu et al. 2025, arXiv 2510.08907 (semantic-anchor compression): the last token of each window has
/// a learned embedding added and sees the whole context, what follows it as well; it is trained without
/// autoencoding.
public struct Anchors: SoftPromptMethod {
    public static let card = MethodCard(
        id: "anchors", name: "Anchors", family: .softPrompt,
        summary: "Keys and values of every r-th context token, which sees the whole context.",
        loses: "What does not fit into the anchors' keys and values.",
        verified: "Keys, values and the answer behind them as in plain PyTorch (`soft_prompts.py`).",
        paper: "https://arxiv.org/abs/2510.08907")

    public static let readsBack = false

    public let parameters: NoParameters

    public init(parameters: NoParameters) {
        self.parameters = parameters
    }

    public func encode(_ contexts: [Context], with compressor: Compressor, in c: Computation) -> SoftPrompts {
        compressor.encodeAnchors(contexts, in: c)
    }
}
