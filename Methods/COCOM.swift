import Contract
import SoftPrompts
import Tensors

/// Memory tokens as ICAE's, and a decoder that is trained to read them.
///
/// Rau et al. 2024, arXiv 2407.09252. The decoder has low-rank additions of its own, which are on while
/// it reads compressed contexts; the base model under them stays as it is.
public struct COCOM: SoftPromptMethod {
    public static let card = MethodCard(
        id: "cocom", name: "COCOM", family: .softPrompt,
        summary: "Memory tokens that see the whole context, and a decoder adapted to reading them.",
        loses: "What does not fit into the memory tokens, anywhere in the context.",
        verified: "Slots and the adapted answer behind them as in plain PyTorch (`soft_prompts.py`).",
        paper: "https://arxiv.org/abs/2407.09252",
        parameters: [
            "positions":
                "where memory tokens sit: spread over the context, or one behind the other as in the paper"
        ])

    public static let trainsDecoder = true

    public struct Parameters: MethodParameters {
        /// Where memory tokens sit; the paper's are contiguous.
        public var positions = MemoryPositions.spread

        public init() {}
    }

    public let parameters: Parameters

    public init(parameters: Parameters) {
        self.parameters = parameters
    }

    public func encode(_ contexts: [Context], with compressor: Compressor, in c: Computation) -> SoftPrompts {
        compressor.encode(
            contexts, positions: parameters.positions, visible: { $1.everythingBefore }, in: c)
    }
}
