import LanguageModels

extension CacheSelection {
    /// The tokens with the highest scores in each layer and KV head, the first of equals.
    /// - Parameter scores: [layers][kvHeads][tokens]
    public static func best(_ count: Int, by scores: [[[Float]]]) -> CacheSelection {
        best(scores.map { _ in count }, by: scores)
    }

    /// The same with a budget for each layer.
    public static func best(_ counts: [Int], by scores: [[[Float]]]) -> CacheSelection {
        CacheSelection(zip(scores, counts).map { heads, count in heads.map { Self.best(count, of: $0) } })
    }

    /// Those with the highest scores of each layer, whatever their head, `count` a head on average.
    /// - Parameter least: how many each head keeps at least, its own best
    public static func bestOfLayer(_ count: Int, atLeast least: Int, by scores: [[[Float]]]) -> CacheSelection
    {
        CacheSelection(
            scores.map { heads in
                let safe = heads.map { Set(Self.best(least, of: $0)) }
                let raised = zip(heads, safe).map { scores, safe in
                    scores.indices.map { safe.contains(Int32($0)) ? .infinity : scores[$0] }
                }
                return Self.best(count * heads.count, ofAll: raised)
            })
    }

    /// Those with the highest scores of all layers and heads, `count` a layer and head on average.
    public static func bestOfAll(_ count: Int, by scores: [[[Float]]]) -> CacheSelection {
        let heads = scores.first?.count ?? 0
        let chosen = best(count * heads * scores.count, ofAll: scores.flatMap(\.self))
        return CacheSelection(scores.indices.map { Array(chosen[$0 * heads..<($0 + 1) * heads]) })
    }

    private static func best(_ count: Int, of scores: [Float]) -> [Int32] {
        best(count, ofAll: [scores])[0]
    }

    /// Ascending places in each list.
    private static func best(_ count: Int, ofAll lists: [[Float]]) -> [[Int32]] {
        let order = lists.enumerated().flatMap { list, scores in
            scores.enumerated().map { (list: list, place: $0, score: $1) }
        }.sorted { $0.score != $1.score ? $0.score > $1.score : ($0.place, $0.list) < ($1.place, $1.list) }
        var result = lists.map { _ in [Int32]() }
        for chosen in order.prefix(count) { result[chosen.list].append(Int32(chosen.place)) }
        return result.map { $0.sorted() }
    }
}
