import Tensors

/// What a method keeps of a context, for the decoder to read in its place.
///
/// Positions are counted from the context's first token. Only the decoder looks inside.
public enum CompressedContext {
    /// Real tokens at positions 0, 1, 2 …; the prompt goes on behind them.
    case tokens([Int32])
    /// Input embeddings, [slots, hidden], at ascending positions; the prompt goes on at `next`.
    case slots(Tensor, positions: [Int], next: Int)
    /// The same, with what its method puts in front of prompts.
    indirect case introduced(CompressedContext, by: PromptLead)

    /// Decoder positions that it takes.
    public var count: Int {
        switch self {
        case .tokens(let tokens): tokens.count
        case .slots(let slots, _, _): slots.rows
        case .introduced(let kept, _): kept.count
        }
    }
}
