import Contract
import SoftPrompts
import Tensors

/// Memory tokens behind the context, of which the decoder reads the keys and values of every layer.
///
/// Li et al. 2024, arXiv 2408.03094: encoded as ICAE does, but what is kept is what every layer computed
/// at the memory tokens, not their last hidden states. The decoder is the base model, frozen.
public struct FiveHundredXCompressor: SoftPromptMethod {
    public static let card = MethodCard(
        id: "500xcompressor", name: "500xCompressor", family: .softPrompt,
        summary: "Memory tokens that see the whole context, read by their keys and values in every layer.",
        loses: "What does not fit into the memory tokens' keys and values, anywhere in the context.",
        verified: "Keys, values and the answer behind them as in plain PyTorch (`soft_prompts.py`).",
        paper: "https://arxiv.org/abs/2408.03094",
        parameters: [
            "positions":
                "where memory tokens sit: spread over the context, or one behind the other as in the paper"
        ])

    public struct Parameters: MethodParameters {
        /// Where memory tokens sit. The paper's are contiguous, and its prompt goes on as if nothing but them
        /// stood before it.
        public var positions = MemoryPositions.spread

        public init() {}
    }

    public let parameters: Parameters

    public init(parameters: Parameters) {
        self.parameters = parameters
    }

    public func encode(_ contexts: [Context], with compressor: Compressor, in c: Computation) -> SoftPrompts {
        compressor.encodeKeys(
            contexts, positions: parameters.positions, next: parameters.positions.next, in: c)
    }
}
