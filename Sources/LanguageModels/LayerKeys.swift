import Tensors

/// Keys (rotated) and values of some rows in every layer: what a pass computed, for other passes to read in front
/// of their own. Gradients flow through them.
public struct LayerKeys {
    public struct Layer {
        /// [rows, kvHeads × headDim]
        public let keys: Tensor
        /// [rows, kvHeads × headDim]
        public let values: Tensor
    }

    public let layers: [Layer]
    /// Where each row was computed.
    public let positions: [Int32]
}

extension KVCache {
    /// A cache of one sequence: the model's own pass over a prefix, and behind it some rows that another pass
    /// made.
    /// - Parameters:
    ///   - prefix: at positions from 0 on
    ///   - steps: how far each row goes from where it was computed
    public convenience init(
        of model: LanguageModel, behind prefix: [Int32], _ keys: LayerKeys, rows: Range<Int>,
        movedBy steps: Int,
        in c: Computation
    ) {
        self.init(for: model, capacity: max(1, prefix.count + rows.count), on: c.backend)
        if !prefix.isEmpty {
            var pass = RowAssembly()
            pass.append(tokens: prefix, firstPosition: 0)
            // Of the states nothing is wanted.
            _ = model.hidden(
                pass.embeddings(of: model, in: c), positions: pass.positions, visibility: pass.visibility,
                cache: self, cacheRows: pass.keys, results: [Int32(prefix.count - 1)], in: c)
        }
        let places = Array(prefix.count..<prefix.count + rows.count)
        place(keys.positions[rows].map { $0 + Int32(steps) }, at: places)
        let turns = rows.map { _ in Int32(steps) }
        for (i, layer) in keys.layers.enumerated() where !rows.isEmpty {
            let own = layer.keys.rowsCopy(rows)
            store(
                keys: steps == 0 ? own : model.moved(own, by: turns, on: c.backend),
                values: layer.values.rowsCopy(rows), at: places, layer: i, in: c)
        }
    }
}
