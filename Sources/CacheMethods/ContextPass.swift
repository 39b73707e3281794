import Contract
import LanguageModels
import Tensors

/// The decoder's own pass over a context: what methods choose from that keep some of its keys and values.
public struct ContextPass {
    /// Keys (rotated) and values of prefix and context, the prefix at the first rows.
    public let cache: KVCache
    /// Rows of the prefix.
    public let ahead: Int
    /// Tokens of the context.
    public let count: Int

    /// - Parameter observer: is shown the queries and keys of each layer
    public init(
        _ context: Context, by model: LanguageModel, observer: (any AttentionObserver)? = nil,
        in c: Computation
    ) {
        let c = observer.map { Computation(backend: c.backend, observer: $0) } ?? c
        ahead = context.prefix.count
        count = context.tokens.count
        cache = KVCache(for: model, capacity: max(1, ahead + count), on: c.backend)
        guard ahead + count > 0 else { return }
        var rows = RowAssembly()
        rows.append(tokens: context.prefix + context.tokens, firstPosition: 0)
        // Of the states nothing is wanted but what the cache takes.
        _ = model.hidden(
            rows.embeddings(of: model, in: c), positions: rows.positions, visibility: rows.visibility,
            cache: cache, cacheRows: rows.keys, results: [Int32(rows.count - 1)], in: c)
    }

    /// The context's rotated keys in one layer and KV head, [count, headDim].
    public func keys(layer: Int, kvHead: Int) -> Tensor {
        Self.rows(of: cache.keys[layer], kvHead, ahead..<ahead + count)
    }

    /// The context's values in one layer and KV head, [count, headDim].
    public func values(layer: Int, kvHead: Int) -> Tensor {
        Self.rows(of: cache.values[layer], kvHead, ahead..<ahead + count)
    }

    private static func rows(of tensor: Tensor, _ head: Int, _ range: Range<Int>) -> Tensor {
        let capacity = tensor.shape[1]
        let all = tensor.elementType == .float32 ? tensor : tensor.copy()
        return all.rowsCopy(head * capacity + range.lowerBound..<head * capacity + range.upperBound)
    }
}

extension CacheSelection {
    /// The tokens with the highest scores in each layer and KV head, the first of equals.
    /// - Parameter scores: [layers][kvHeads][tokens]
    public static func best(_ count: Int, by scores: [[[Float]]]) -> CacheSelection {
        CacheSelection(
            scores.map { heads in
                heads.map { scores in
                    let order = scores.indices.sorted {
                        scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1
                    }
                    return order.prefix(count).sorted().map { Int32($0) }
                }
            })
    }
}
