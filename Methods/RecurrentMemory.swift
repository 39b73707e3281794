import Contract
import SoftPrompts
import Tensors

/// Segments in sequence, each of which rewrites the memory that it was read behind; the last memory is kept.
///
/// Bulatov et al. 2022, arXiv 2207.06881 (recurrent memory transformer). A segment stands between
/// the memory so far and memory tokens, whose last hidden states are the memory of everything up to its end.
public struct RecurrentMemory: SoftPromptMethod {
    public static let card = MethodCard(
        id: "rmt", name: "RMT", family: .softPrompt,
        summary: "Segments in sequence, each of which rewrites the whole memory.",
        loses: "What later segments overwrite.",
        verified: "Slots as in plain PyTorch (`soft_prompts.py`).",
        paper: "https://arxiv.org/abs/2207.06881",
        parameters: [
            "segment": "tokens of a segment"
        ])

    public let parameters: SegmentParameters

    public init(parameters: SegmentParameters) {
        self.parameters = parameters
    }

    public func encode(_ contexts: [Context], with compressor: Compressor, in c: Computation) -> SoftPrompts {
        compressor.encodeInSegments(contexts, of: parameters.segment, memory: .replaced, in: c)
    }
}
