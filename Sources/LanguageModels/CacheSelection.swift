/// What of a cache is kept: for each layer and KV head, some rows. Heads may keep different ones, and
/// different numbers of them.
public struct CacheSelection: Sendable, Equatable {
    /// [layers][kvHeads][kept], ascending rows of the source cache.
    public let indices: [[[Int32]]]

    public init(_ indices: [[[Int32]]]) { self.indices = indices }

    /// The same rows of every layer and head.
    public init(repeating rows: [Int32], layers: Int, kvHeads: Int) {
        self.init(Array(repeating: Array(repeating: rows, count: kvHeads), count: layers))
    }

    /// [layers][kvHeads]
    public var counts: [[Int]] { indices.map { $0.map(\.count) } }
    /// Rows of a cache that hold it.
    public var largestCount: Int { counts.joined().max() ?? 0 }
    /// Pairs of a key and a value, over all layers and heads.
    public var totalCount: Int { counts.joined().reduce(0, +) }

    /// The pairs of a layer and head on average, rounded up.
    public var meanCount: Int {
        let heads = indices.reduce(0) { $0 + $1.count }
        return heads == 0 ? 0 : (totalCount + heads - 1) / heads
    }

    /// What is wrong with it for a model's cache of so many rows, in one line; nil where it is sound.
    public func problem(for configuration: ModelConfiguration, rows: Int) -> String? {
        guard indices.count == configuration.layers else {
            return "it selects from \(indices.count) layers, the model has \(configuration.layers)"
        }
        for (layer, heads) in indices.enumerated() {
            guard heads.count == configuration.kvHeads else {
                return "layer \(layer) selects from \(heads.count) KV heads, the model has "
                    + "\(configuration.kvHeads)"
            }
            for (head, kept) in heads.enumerated() {
                let place = "layer \(layer), KV head \(head)"
                if let wrong = kept.first(where: { $0 < 0 || Int($0) >= rows }) {
                    return "\(place) keeps row \(wrong) of a cache with \(rows)"
                }
                if let (one, next) = zip(kept, kept.dropFirst()).first(where: { $0 >= $1 }) {
                    return "\(place) keeps row \(next) behind row \(one); rows ascend, each once"
                }
            }
        }
        return nil
    }
}

/// Keys of a cache of which layers and heads hold the first few, as a selection that was copied there does.
public struct PartialKeys: Sendable {
    /// Where the selection lies in the cache.
    public let keys: Range<Int>
    /// [layers][kvHeads]: how many of `keys` there are.
    public let counts: [[Int]]

    public init(keys: Range<Int>, counts: [[Int]]) {
        precondition(
            counts.allSatisfy { $0.allSatisfy { 0...keys.count ~= $0 } },
            "up to \(counts.joined().max() ?? 0) keys lie in \(keys)")
        self.keys = keys
        self.counts = counts
    }

    /// A selection that was copied to rows from `firstRow` on.
    public init(_ selection: CacheSelection, at firstRow: Int) {
        self.init(keys: firstRow..<firstRow + selection.largestCount, counts: selection.counts)
    }

    /// What of `keys` a KV head lacks.
    func missing(layer: Int, kvHead: Int) -> Range<Int> {
        keys.lowerBound + counts[layer][kvHead]..<keys.upperBound
    }
}
