import Tensors

/// Keys (rotated) and values of every layer, for rows that later rows may look at.
public final class KVCache {
    /// One tensor a layer, [kvHeads, capacity, headDim]: a head's keys are read one behind the other,
    /// from memory as fast as it goes.
    public private(set) var keys: [Tensor]
    public private(set) var values: [Tensor]
    public private(set) var capacity: Int
    /// The position of each row.
    private(set) var positions: [Int32]

    /// - Parameter elementType: float32 or bfloat16, to which what comes in is rounded
    public init(for configuration: ModelConfiguration, capacity: Int, elementType: ElementType = .float32) {
        self.capacity = capacity
        positions = Array(repeating: 0, count: capacity)
        let shape = [configuration.kvHeads, capacity, configuration.headDim]
        func perLayer() -> [Tensor] {
            (0..<configuration.layers).map { _ in Tensor(uninitialized: shape, elementType: elementType) }
        }
        keys = perLayer()
        values = perLayer()
    }

    /// Stored as `model.cacheElementType` says.
    public convenience init(for model: LanguageModel, capacity: Int) {
        self.init(for: model.configuration, capacity: capacity, elementType: model.cacheElementType)
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
        keys[layer].copyHeads(of: newKeys, to: rows)
        values[layer].copyHeads(of: newValues, to: rows)
    }

    /// Bytes that `rows` rows of a model's cache take in all layers.
    public static func bytes(rows: Int, of model: LanguageModel) -> Int {
        let c = model.configuration
        return rows * 2 * c.layers * c.kvHeads * c.headDim * model.cacheElementType.size
    }
}
