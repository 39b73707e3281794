import LanguageModels
import Tensors

/// What a method keeps of a context, for the decoder to read in its place.
///
/// A method says what is kept; the harness derives positions, bytes, highlights and text from it and
/// refuses what is unsound or over budget.
public struct Kept {
    /// The forms that kept contexts have, one for each family and one for texts.
    public enum Content {
        /// Context tokens by their indices, strictly ascending. The decoder reads them at positions
        /// 0, 1, 2 …
        case selection([Int])
        /// A text of the method's own, which the harness encodes where the context would stand.
        case text(String)
        /// Input embeddings, [slots, hidden], at strictly ascending positions from 0 on.
        case slots(Tensor, positions: [Int])
        /// Keys and values of the decoder's own pass over prefix and context, at the positions where they
        /// were computed: for each layer and KV head some of the context's tokens, by their indices,
        /// ascending. Heads and layers may keep different numbers of them. With `next`, rows of the method's
        /// own may stand behind the prefix's in place of the context's.
        case cache(KVCache, CacheSelection)
    }

    /// What is kept.
    public var content: Content
    /// The position where the prompt goes on, counted from the context's first token; by default
    /// behind what is kept, and behind the whole context for a cache.
    public var next: Int?
    /// What stands between it and prompts, outside the budget.
    public var lead: PromptLead?
    /// What the decoder adds to its weights while it reads it, if anything; one for all contexts of a cell.
    public var decoder: LowRankAdapter?

    public init(
        _ content: Content, next: Int? = nil, lead: PromptLead? = nil, decoder: LowRankAdapter? = nil
    ) {
        self.content = content
        self.next = next
        self.lead = lead
        self.decoder = decoder
    }

    /// Context tokens by their indices, strictly ascending.
    public static func selection(_ indices: some Sequence<Int>) -> Kept { Kept(.selection(Array(indices))) }

    /// A text of the method's own.
    public static func text(_ text: String) -> Kept { Kept(.text(text)) }

    /// Input embeddings at ascending positions; the prompt goes on at `next`.
    public static func slots(_ slots: Tensor, positions: [Int], next: Int) -> Kept {
        Kept(.slots(slots, positions: positions), next: next)
    }
}
