import Tensors

/// Keys (rotated) and values of every layer, for rows that later rows may look at.
public final class KVCache {
    /// One tensor a layer: [capacity, kvHeads × headDim]
    public private(set) var keys: [Tensor]
    public private(set) var values: [Tensor]
    public private(set) var capacity: Int
    /// The position of each row.
    private(set) var positions: [Int32]

    public init(for configuration: ModelConfiguration, capacity: Int) {
        self.capacity = capacity
        positions = Array(repeating: 0, count: capacity)
        let width = configuration.kvHeads * configuration.headDim
        keys = (0..<configuration.layers).map { _ in Tensor(uninitialized: [capacity, width]) }
        values = (0..<configuration.layers).map { _ in Tensor(uninitialized: [capacity, width]) }
    }

    /// Notes where the rows of a pass are, before any layer stores them.
    func place(_ newPositions: [Int32], at rows: [Int]) {
        for (position, row) in zip(newPositions, rows) {
            precondition(row < capacity, "row \(row) of a cache that holds \(capacity)")
            positions[row] = position
        }
    }

    /// Puts row i of new keys and values at `rows[i]`.
    func store(keys newKeys: Tensor, values newValues: Tensor, at rows: [Int], layer: Int) {
        for (source, row) in rows.enumerated() {
            precondition(row < capacity, "row \(row) of a cache that holds \(capacity)")
            keys[layer].copyRow(source, of: newKeys, to: row)
            values[layer].copyRow(source, of: newValues, to: row)
        }
    }

    /// Bytes that `rows` of its rows take in all layers.
    public static func bytes(rows: Int, in configuration: ModelConfiguration) -> Int {
        rows * 2 * configuration.layers * configuration.kvHeads * configuration.headDim * 4
    }
}
