import Tensors

/// Keys (rotated) and values of every layer, for rows that later rows may look at.
public final class KVCache {
    /// One tensor a layer, [kvHeads, capacity, headDim]: a head's keys are read one behind the other,
    /// from memory as fast as it goes.
    public private(set) var keys: [Tensor]
    public private(set) var values: [Tensor]
    public private(set) var capacity: Int
    /// The position of each row, whatever heads hold there.
    private(set) var positions: [Int32]
    /// [layers][kvHeads][capacity]: of rows that heads selected, their own; nil where nothing was selected or
    /// nobody asks.
    private var headPositions: [[[Int32]]]?
    private let configuration: ModelConfiguration

    /// - Parameter elementType: float32 or bfloat16, to which what comes in is rounded
    public init(
        for configuration: ModelConfiguration, capacity: Int, elementType: ElementType = .float32,
        on backend: any Backend = .standard
    ) {
        self.capacity = capacity
        self.configuration = configuration
        positions = Array(repeating: 0, count: capacity)
        let shape = [configuration.kvHeads, capacity, configuration.headDim]
        func perLayer() -> [Tensor] {
            (0..<configuration.layers).map { _ in
                Tensor(uninitialized: shape, elementType: elementType, on: backend)
            }
        }
        keys = perLayer()
        values = perLayer()
    }

    /// Stored as `model.cacheElementType` says.
    public convenience init(
        for model: LanguageModel, capacity: Int, on backend: any Backend = .standard
    ) {
        self.init(
            for: model.configuration, capacity: capacity, elementType: model.cacheElementType, on: backend)
    }

    /// Notes where the rows of a pass are, before any layer stores them.
    func place(_ newPositions: [Int32], at rows: [Int]) {
        for (position, row) in zip(newPositions, rows) {
            precondition(row < capacity, "row \(row) of a cache that holds \(capacity)")
            positions[row] = position
        }
        guard headPositions != nil else { return }
        for layer in 0..<configuration.layers {
            for head in 0..<configuration.kvHeads {
                for (position, row) in zip(newPositions, rows) { headPositions?[layer][head][row] = position }
            }
        }
    }

    /// The positions of a KV head's keys, where heads selected some.
    func selectedPositions(layer: Int, kvHead: Int) -> [Int32]? { headPositions?[layer][kvHead] }

    /// Puts row i of new keys and values at `rows[i]`.
    func store(
        keys newKeys: Tensor, values newValues: Tensor, at rows: [Int], layer: Int, in c: Computation
    ) {
        c.storeHeads(newKeys, to: rows, of: keys[layer])
        c.storeHeads(newValues, to: rows, of: values[layer])
    }

    /// Puts row i of other values at `rows[i]`, beside the keys that are there.
    /// - Parameter newValues: [rows, kvHeads × headDim]
    public func store(values newValues: Tensor, at rows: [Int], layer: Int, in c: Computation) {
        c.storeHeads(newValues, to: rows, of: values[layer])
    }

    /// Copies a selection's rows of another cache of the same model: each head's lie one behind the other from
    /// `firstRow` on.
    ///
    /// Passes read them with `PartialKeys`, at the positions that they had.
    public func copy(_ selection: CacheSelection, from source: KVCache, to firstRow: Int, in c: Computation) {
        let problem = selection.problem(for: configuration, rows: source.capacity)
        precondition(problem == nil, problem ?? "")
        precondition(
            firstRow >= 0 && firstRow + selection.largestCount <= capacity,
            "\(selection.largestCount) rows from \(firstRow) on in a cache that holds \(capacity)")
        for (layer, heads) in selection.indices.enumerated() {
            c.copyHeads(source.keys[layer], heads, to: keys[layer], at: firstRow)
            c.copyHeads(source.values[layer], heads, to: values[layer], at: firstRow)
        }
        if configuration.slidingWindow != nil { copyPositions(selection, from: source, to: firstRow) }
    }

    /// Copies some rows of another cache of the same model, the same of each head, one behind the other from
    /// `firstRow` on, and turns their keys to the positions from `position` on.
    public func copy(
        _ rows: [Int], from source: KVCache, to firstRow: Int, turnedTo position: Int,
        by model: LanguageModel, in c: Computation
    ) {
        let (heads, width) = (configuration.kvHeads, configuration.headDim)
        let selection = CacheSelection(
            repeating: rows.map { Int32($0) }, layers: keys.count, kvHeads: heads)
        copy(selection, from: source, to: firstRow, in: c)
        let from = rows.map { source.positions[$0] }
        let steps = from.enumerated().map { Int32(position + $0.offset) - $0.element }
        place((0..<rows.count).map { Int32(position + $0) }, at: Array(firstRow..<firstRow + rows.count))
        guard !rows.isEmpty else { return }
        for layer in keys.indices {
            // As a pass has them: a row's heads side by side.
            let all = source.keys[layer].values
            var side = [Float](repeating: 0, count: rows.count * heads * width)
            for (i, row) in rows.enumerated() {
                for head in 0..<heads {
                    let from = (head * source.capacity + row) * width
                    let to = (i * heads + head) * width
                    side.replaceSubrange(to..<to + width, with: all[from..<from + width])
                }
            }
            let turned = model.moved(
                Tensor(side, shape: [rows.count, heads * width], on: c.backend), at: from, by: steps,
                layer: layer, on: c.backend)
            c.storeHeads(turned, to: Array(firstRow..<firstRow + rows.count), of: keys[layer])
        }
    }

    private func copyPositions(_ selection: CacheSelection, from source: KVCache, to firstRow: Int) {
        var all = headPositions ?? selection.indices.map { $0.map { _ in positions } }
        for (layer, heads) in selection.indices.enumerated() {
            for (head, rows) in heads.enumerated() {
                let from = source.selectedPositions(layer: layer, kvHead: head) ?? source.positions
                for (i, row) in rows.enumerated() { all[layer][head][firstRow + i] = from[Int(row)] }
            }
        }
        headPositions = all
    }

    /// Bytes that a selection takes in a model's cache, keys and values together.
    public static func bytes(of selection: CacheSelection, of model: LanguageModel) -> Int {
        2 * selection.totalCount * model.configuration.headDim * model.cacheElementType.size
    }

    /// Bytes that `rows` rows of a model's cache take in all layers.
    public static func bytes(rows: Int, of model: LanguageModel) -> Int {
        let c = model.configuration
        return rows * 2 * c.layers * c.kvHeads * c.headDim * model.cacheElementType.size
    }
}
