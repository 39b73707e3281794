/// Sees how much of the attention of a pass's last rows goes to each key.
///
/// The weights of those rows alone are computed once more, a tile at a time: no memory grows with rows × keys.
public final class AttentionMass: AttentionObserver {
    /// What a key's weights over rows come to.
    public enum Reduction: Sendable {
        case sum, largest
    }

    /// [layers][heads][keys]
    public private(set) var ofLayers: [[[Float]]] = []
    private let rows: Int
    private let keys: [Range<Int>]
    private let reduction: Reduction

    /// - Parameters:
    ///   - rows: how many of the last rows count
    ///   - keys: rows of the cache, those that the last row sees; each row before sees one less of their end
    public init(ofLast rows: Int, over keys: [Range<Int>], by reduction: Reduction = .sum) {
        precondition(rows > 0 && keys.joined().count >= rows, "\(rows) rows over \(keys.joined().count) keys")
        self.rows = rows
        self.keys = keys
        self.reduction = reduction
    }

    /// The last rows are asked for as results.
    public var needsAllRows: Bool { false }

    public func observe(
        layer: Int, queries: Tensor, keys all: Tensor, values: Tensor, _ shape: AttentionShape
    ) {
        let backend = queries.backend
        let seen = gathered(all, shape)
        let last = queries.rows == rows ? queries : queries.rowsCopy(queries.rows - rows..<queries.rows)
        let count = seen.shape[1]
        let mass = Tensor(shape: [shape.heads, count], on: backend)
        backend.attentionMass(
            last, seen, seen: count - rows + 1, largest: reduction == .largest, shape, into: mass)
        let values = mass.values
        ofLayers.append((0..<shape.heads).map { Array(values[$0 * count..<($0 + 1) * count]) })
    }

    /// The keys that count, by head and in float32; [kvHeads, keys, headDim].
    private func gathered(_ all: Tensor, _ shape: AttentionShape) -> Tensor {
        let rows = keys.joined().map { Int32($0) }
        let some: Tensor
        if keys == [0..<all.shape[1]] {
            some = all
        } else {
            some = Tensor(
                uninitialized: [shape.kvHeads, rows.count, shape.headDim], elementType: all.elementType,
                on: all.backend)
            all.backend.copyHeads(all, (0..<shape.kvHeads).map { _ in rows }, to: some, at: 0)
        }
        return some.elementType == .float32 ? some : some.copy()
    }
}
