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

    private func heads(of tensor: Tensor) -> [Tensor] { heads(of: tensor, rows: ahead..<ahead + count) }

    private func heads(of tensor: Tensor, rows: Range<Int>) -> [Tensor] {
        let all = tensor.elementType == .float32 ? tensor : tensor.copy()
        let capacity = tensor.shape[1]
        return (0..<tensor.shape[0]).map { head in
            all.rowsCopy(head * capacity + rows.lowerBound..<head * capacity + rows.upperBound)
        }
    }

    /// Puts values in place of the context's own in one layer, such that attention over the chosen keys and the prefix
    /// gives about what it gives over all.
    /// - Parameters:
    ///   - queries: rotated, [queries, heads × headDim]
    ///   - scale: of products of queries and keys
    ///   - ridge: how much values stay near their own
    ///   - choose: which of the context's tokens stay, by their weights' root mean squares over the queries
    /// - Returns: for each KV head those that stay, ascending
    public func matchValues(
        layer: Int, to queries: Tensor, scale: Float, ridge: Float, in c: Computation,
        choose: ([Float]) -> [Int]
    ) -> [[Int32]] {
        let (heads, dim) = (model.configuration.kvHeads, model.configuration.headDim)
        let group = model.configuration.heads / heads
        let seen = 0..<ahead + count
        let (keys, values) = (
            self.heads(of: cache.keys[layer], rows: seen), self.heads(of: cache.values[layer], rows: seen)
        )
        let (asked, width) = (queries.values, queries.width)
        var all = [Float](repeating: 0, count: count * heads * dim)
        let kept = (0..<heads).map { head -> [Int32] in
            let part = group * dim
            var own: [Float] = []
            for row in 0..<queries.rows {
                let first = row * width + head * part
                own += asked[first..<first + part]
            }
            let matched = MatchedValues(
                Tensor(own, shape: [queries.rows * group, dim], on: c.backend), scale: scale,
                keys: keys[head],
                values: values[head])
            let chosen = choose(Array(matched.rootMeanSquares[ahead...]))
            let fitted = matched.values(of: chosen.map { ahead + $0 }, beside: 0..<ahead, ridge: ridge)
            for (i, place) in chosen.enumerated() {
                let to = (place * heads + head) * dim
                all.replaceSubrange(to..<to + dim, with: fitted[i * dim..<(i + 1) * dim])
            }
            return chosen.map { Int32($0) }
        }
        cache.store(
            values: Tensor(all, shape: [count, heads * dim], on: c.backend), at: Array(ahead..<ahead + count),
            layer: layer, in: c)
        return kept
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
