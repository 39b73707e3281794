import Tensors

/// Keys (rotated) and values of some rows in every layer: what a pass computed, for other passes to read in front
/// of their own. Gradients flow through them.
public struct LayerKeys {
    public struct Layer {
        /// [rows, kvHeads × headDim]
        public let keys: Tensor
        /// [rows, kvHeads × headDim]
        public let values: Tensor

        /// Both [rows, kvHeads × headDim], the keys rotated.
        public init(keys: Tensor, values: Tensor) {
            self.keys = keys
            self.values = values
        }
    }

    public let layers: [Layer]
    /// Where each row was computed.
    public let positions: [Int32]

    /// - Parameters:
    ///   - layers: as many as the model's
    ///   - positions: of each row, to which its keys are rotated
    public init(layers: [Layer], positions: [Int32]) {
        self.layers = layers
        self.positions = positions
    }
}

extension KVCache {
    /// The model's own pass over some tokens at positions from 0 on.
    public convenience init(of model: LanguageModel, reading tokens: [Int32], in c: Computation) {
        self.init(for: model, capacity: max(1, tokens.count), on: c.backend)
        guard !tokens.isEmpty else { return }
        var pass = RowAssembly()
        pass.append(tokens: tokens, firstPosition: 0)
        // Of the states nothing is wanted.
        _ = model.hidden(
            pass.embeddings(of: model, in: c), positions: pass.positions, visibility: pass.visibility,
            cache: self, cacheRows: pass.keys, results: [Int32(tokens.count - 1)], in: c)
    }

    /// A cache of one sequence: the first rows of another, and behind them some rows that another pass made.
    /// - Parameters:
    ///   - count: how many rows of the prefix there are
    ///   - steps: how far each row goes from where it was computed
    public convenience init(
        of model: LanguageModel, behind prefix: KVCache, count: Int, _ keys: LayerKeys, rows: Range<Int>,
        movedBy steps: Int, in c: Computation
    ) {
        self.init(for: model, capacity: max(1, count + rows.count), on: c.backend)
        copy(first: count, of: prefix, in: c)
        let places = Array(count..<count + rows.count)
        let from = Array(keys.positions[rows])
        place(from.map { $0 + Int32(steps) }, at: places)
        let turns = rows.map { _ in Int32(steps) }
        for (i, layer) in keys.layers.enumerated() where !rows.isEmpty {
            let own = layer.keys.rowsCopy(rows)
            store(
                keys: steps == 0 ? own : model.moved(own, at: from, by: turns, layer: i, on: c.backend),
                values: layer.values.rowsCopy(rows), at: places, layer: i, in: c)
        }
    }

    /// Copies the first rows of another cache of the same model, all heads alike, to this one's first.
    public func copy(first count: Int, of source: KVCache, in c: Computation) {
        copy(
            CacheSelection(
                repeating: (0..<count).map { Int32($0) }, layers: keys.count, kvHeads: keys[0].shape[0]),
            from: source, to: 0, in: c)
    }
}
