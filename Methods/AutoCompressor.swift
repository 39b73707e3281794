import Contract
import SoftPrompts
import Tensors

/// Segments in sequence, each read behind the summaries of those before it; all summaries are kept.
///
/// Chevalier et al. 2023, arXiv 2305.14788. A segment is followed by memory tokens, whose last hidden
/// states are its summary; later segments and the prompt read the summaries of all earlier ones.
public struct AutoCompressor: SoftPromptMethod {
    public static let card = MethodCard(
        id: "autocompressor", name: "AutoCompressor", family: .softPrompt,
        summary: "Segments in sequence, each read behind the summaries of all before it.",
        loses: "What does not fit into a segment's summary.",
        verified: "Slots as in plain PyTorch (`soft_prompts.py`).",
        paper: "https://arxiv.org/abs/2305.14788",
        parameters: [
            "segment": "tokens of a segment"
        ])

    public let parameters: SegmentParameters

    public init(parameters: SegmentParameters) {
        self.parameters = parameters
    }

    public func encode(_ contexts: [Context], with compressor: Compressor, in c: Computation) -> SoftPrompts {
        compressor.encodeInSegments(contexts, of: parameters.segment, memory: .accumulated, in: c)
    }
}
