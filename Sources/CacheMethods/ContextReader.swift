import Contract
import LanguageModels
import Tensors
import Tokenizers

/// Reads contexts with the decoder, as methods ask for that keep some of its keys and values.
///
/// Contexts that are compressed together behind the same long prefix, such as worked examples, share its pass.
public final class ContextReader {
    public let model: LanguageModel
    public let tokenizer: Tokenizer
    private let sharesPrefixes: Bool
    private var prefix: (tokens: [Int32], cache: KVCache)?

    /// A pass over so many tokens costs less than copying what one over more left.
    private static let leastShared = 64

    public init(_ backbone: Backbone, sharesPrefixes: Bool = false) {
        model = backbone.model
        tokenizer = backbone.tokenizer
        self.sharesPrefixes = sharesPrefixes
    }

    /// Reads a context behind its prefix.
    /// - Parameters:
    ///   - following: tokens that are read behind the context, such as a question
    ///   - observer: is shown the queries and keys of each layer; the queries are those of the context and what
    ///     follows, maybe of the prefix too, and in the last layer of `asking` rows alone unless it needs all
    ///   - asking: how many of the last rows ask in every layer
    ///   - room: how many tokens are read later, at most
    public func pass(
        over context: Context, following: [Int32] = [], observer: (any AttentionObserver)? = nil,
        asking: Int = 1, room: Int = 0, in c: Computation
    ) -> ContextPass {
        let pass = ContextPass(context, by: model, room: max(following.count, room), in: c)
        let own = context.tokens + following
        guard sharesPrefixes, pass.ahead >= Self.leastShared, !own.isEmpty else {
            pass.read(context.prefix + own, at: 0, observer: observer, asking: asking, in: c)
            return pass
        }
        pass.cache.copy(first: pass.ahead, of: cache(of: context.prefix, in: c), in: c)
        pass.read(own, at: pass.ahead, observer: observer, asking: asking, in: c)
        return pass
    }

    private func cache(of tokens: [Int32], in c: Computation) -> KVCache {
        if let prefix, prefix.tokens == tokens { return prefix.cache }
        let cache = KVCache(of: model, reading: tokens, in: c)
        prefix = (tokens, cache)
        return cache
    }

    /// Tokens of what is asked behind a context, on a line of its own; none where a method may not see it.
    public func question(of context: Context) -> [Int32] {
        context.question.map { tokenizer.encode("\n\($0)", specialTokens: .text) } ?? []
    }
}
