import Contract
import SoftPrompts
import Tensors

/// In-context autoencoder: memory tokens behind the context, each of which sees all of it.
///
/// Ge et al. 2023, arXiv 2307.06945. Memory token j attends to the whole context and to the memory
/// tokens before it; its last hidden state is a slot. The decoder is the base model, frozen. The
/// number of slots follows the context's length, so that the ratio is the one asked for.
public struct ICAE: SoftPromptMethod {
    public static let card = MethodCard(
        id: "icae", name: "ICAE", family: .softPrompt,
        summary: "Memory tokens that each see the whole context and the memory before.",
        loses: "What does not fit into the memory tokens, anywhere in the context.",
        verified: "Slots of the published layout as in plain PyTorch (`icae.py`).",
        paper: "https://arxiv.org/abs/2307.06945",
        parameters: [
            "positions":
                "where memory tokens sit: spread over the context, or one behind the other as in the paper"
        ])

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
            contexts, positions: parameters.positions,
            visible: { _, memory in [memory.wholeContext, memory.memories(from: 0)] }, in: c)
    }
}
