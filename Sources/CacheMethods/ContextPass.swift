import Contract
import LanguageModels
import Tensors

/// The decoder's own pass over a context: what methods choose from that keep some of its keys and values.
public struct ContextPass {
    /// Keys (rotated) and values of prefix, context and what was read behind it, one behind the other.
    public let cache: KVCache
    /// Rows of the prefix.
    public let ahead: Int
    /// Tokens of the context.
    public let count: Int
    private let model: LanguageModel

    /// - Parameter room: how many rows there are behind the context
    init(_ context: Context, by model: LanguageModel, room: Int, in c: Computation) {
        self.model = model
        ahead = context.prefix.count
        count = context.tokens.count
        cache = KVCache(for: model, capacity: max(1, ahead + count + room), on: c.backend)
    }

    /// Reads tokens behind the context, in place of what was read there before.
    public func read(_ tokens: [Int32], observer: any AttentionObserver, in c: Computation) {
        read(tokens, at: ahead + count, observer: observer, asking: tokens.count, in: c)
    }

    /// Reads tokens from a row of the cache on, at its position; they see every row before them.
    func read(
        _ tokens: [Int32], at row: Int, observer: (any AttentionObserver)?, asking: Int, in c: Computation
    ) {
        guard !tokens.isEmpty else { return }
        let c = observer.map { Computation(backend: c.backend, observer: $0) } ?? c
        var rows = RowAssembly()
        rows.append(tokens: tokens, firstPosition: row, key: row, seeing: [0..<row])
        // Of the states nothing is wanted but what the cache takes.
        _ = model.hidden(
            rows.embeddings(of: model, in: c), positions: rows.positions, visibility: rows.visibility,
            cache: cache, cacheRows: rows.keys,
            results: (rows.count - min(asking, rows.count)..<rows.count).map { Int32($0) }, in: c)
    }

    /// The context's rotated keys in one layer, for each KV head [count, headDim].
    public func keys(layer: Int) -> [Tensor] { heads(of: cache.keys[layer]) }

    /// The context's values in one layer, for each KV head [count, headDim].
    public func values(layer: Int) -> [Tensor] { heads(of: cache.values[layer]) }

    private func heads(of tensor: Tensor) -> [Tensor] {
        let all = tensor.elementType == .float32 ? tensor : tensor.copy()
        let capacity = tensor.shape[1]
        return (0..<tensor.shape[0]).map { head in
            all.rowsCopy(head * capacity + ahead..<head * capacity + ahead + count)
        }
    }

    /// No tokens, no scores.
    public var empty: ScoredPass { scored { _ in Array(repeating: [], count: model.configuration.kvHeads) } }

    /// What `score` says of the tokens of each KV head of a layer.
    public func scored(_ score: (_ layer: Int) -> [[Float]]) -> ScoredPass {
        ScoredPass(pass: self, scores: (0..<model.configuration.layers).map(score))
    }

    /// Something that each query head has of every key of the pass, averaged over those that share a KV head:
    /// [kvHeads][tokens of the context]
    public func sharedMeans(_ ofHeads: [[Float]]) -> [[Float]] {
        ofHeads.shared(by: model.configuration.kvHeads).map { heads in
            (ahead..<ahead + count).map { key in heads.reduce(0) { $0 + $1[key] } / Float(heads.count) }
        }
    }

    /// Keeps the same tokens of every layer and head.
    /// - Parameters:
    ///   - places: in the context, ascending
    ///   - contiguous: whether they move to positions one behind the other, and the prompt behind them
    public func keeping(_ places: [Int], contiguous: Bool, in c: Computation) -> Kept {
        func everywhere(_ places: some Sequence<Int>) -> CacheSelection {
            CacheSelection(
                repeating: places.map { Int32($0) }, layers: model.configuration.layers,
                kvHeads: model.configuration.kvHeads)
        }
        guard contiguous else { return Kept(.cache(cache, everywhere(places))) }
        let moved = KVCache(for: model, capacity: cache.capacity, on: c.backend)
        moved.copy(everywhere(0..<ahead), from: cache, to: 0, in: c)
        moved.copy(
            places.map { ahead + $0 }, from: cache, to: ahead, turnedTo: ahead, by: model, in: c)
        return Kept(.cache(moved, everywhere(places.indices)), next: places.count)
    }
}
