import LanguageModels
import Synchronization
import Tensors

/// Passes over what stands in front of many texts, such as worked examples: each is read once.
final class PrefixCaches: Sendable {
    private let recent = Mutex<[Entry]>([])

    /// `@unchecked Sendable`: nobody writes to a cache that is in it.
    private struct Entry: @unchecked Sendable {
        let tokens: [Int32]
        let cache: KVCache
    }

    /// A pass over so many tokens costs less than copying what another one left.
    private static let leastShared = 64
    /// What a method reads texts behind, a few times over: with a question in front, and without.
    private static let most = 4

    /// Keys and values of tokens at positions from 0 on; nil for few tokens.
    func cache(of tokens: [Int32], by model: LanguageModel, in c: Computation) -> KVCache? {
        guard tokens.count >= Self.leastShared else { return nil }
        let known = recent.withLock { recent -> Entry? in
            guard let place = recent.firstIndex(where: { $0.tokens == tokens }) else { return nil }
            let found = recent.remove(at: place)
            recent.append(found)
            return found
        }
        if let known { return known.cache }
        // Two threads may both read it: whoever comes later replaces the same numbers.
        let made = Entry(tokens: tokens, cache: KVCache(of: model, reading: tokens, in: c))
        recent.withLock { recent in
            recent.removeAll { $0.tokens == tokens }
            recent.append(made)
            if recent.count > Self.most { recent.removeFirst() }
        }
        return made.cache
    }
}
