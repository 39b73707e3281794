import Seeding
import Tensors

/// A decoder: one forward pass serves training, prefill, batched scoring and decoding, of every architecture.
public final class LanguageModel: Sendable {
    public let configuration: ModelConfiguration
    /// [vocabulary, hidden]
    public let embedding: Tensor
    public let layers: [Layer]
    /// [hidden]
    public let finalNorm: Tensor
    /// [vocabulary, hidden]; the embedding itself where they are tied.
    public let head: Tensor
    let rotations: LayerRotations

    /// A projection and the name of its weight in a checkpoint, without `.weight`.
    public struct Projection: Sendable {
        public let name: String
        /// [out, in]
        public let weight: Tensor
        /// [out]
        public let bias: Tensor?

        /// The last part of the name, such as `q_proj`.
        public var shortName: String { name.split(separator: ".").last.map(String.init) ?? name }
    }

    public struct Layer: Sendable {
        /// In front of attention and behind it, where the architecture has them, as in the feed-forward network.
        public let attentionNorm, attentionOutputNorm: Tensor?
        public let query, key, value, output: Projection  // self_attn.{q,k,v,o}_proj
        /// As wide as a head, or as all heads together.
        public let queryNorm, keyNorm: Tensor?  // self_attn.{q,k}_norm
        public let feedForwardNorm, feedForwardOutputNorm: Tensor?
        public let gate, up, down: Projection  // mlp.{gate,up,down}_proj

        var projections: [Projection] { [query, key, value, output, gate, up, down] }
    }

    /// Takes each tensor from `tensor(name, shape)`, by its Hugging Face name.
    public init(
        _ configuration: ModelConfiguration, tensor: (String, [Int]) throws -> Tensor
    ) rethrows {
        let c = configuration
        func projection(_ name: String, _ out: Int, _ width: Int, bias: Bool = false) throws -> Projection {
            Projection(
                name: name, weight: try tensor(name + ".weight", [out, width]),
                bias: bias ? try tensor(name + ".bias", [out]) : nil)
        }
        func norm(_ name: String?, _ width: Int) throws -> Tensor? {
            try name.map { try tensor($0 + ".weight", [width]) }
        }
        let (queryWidth, keyWidth) = (c.heads * c.headDim, c.kvHeads * c.headDim)
        let (norms, headWidths) = (c.architecture.norms, c.queryKeyNormWidths)
        let embedding = try tensor("model.embed_tokens.weight", [c.vocabularySize, c.hiddenSize])
        var layers: [Layer] = []
        for i in 0..<c.layers {
            let prefix = "model.layers.\(i)"
            let attention = prefix + ".self_attn"
            let (bias, innerBias) = (c.projectionBias, c.feedForwardBias)
            func sideNorm(_ name: String?) throws -> Tensor? {
                try norm(name.map { prefix + "." + $0 }, c.hiddenSize)
            }
            layers.append(
                Layer(
                    attentionNorm: try sideNorm(norms.beforeAttention),
                    attentionOutputNorm: try sideNorm(norms.afterAttention),
                    query: try projection(attention + ".q_proj", queryWidth, c.hiddenSize, bias: bias),
                    key: try projection(attention + ".k_proj", keyWidth, c.hiddenSize, bias: bias),
                    value: try projection(attention + ".v_proj", keyWidth, c.hiddenSize, bias: bias),
                    output: try projection(
                        attention + ".o_proj", c.hiddenSize, queryWidth, bias: c.outputBias),
                    queryNorm: try headWidths.flatMap { try norm(attention + ".q_norm", $0.query) },
                    keyNorm: try headWidths.flatMap { try norm(attention + ".k_norm", $0.key) },
                    feedForwardNorm: try sideNorm(norms.beforeFeedForward),
                    feedForwardOutputNorm: try sideNorm(norms.afterFeedForward),
                    gate: try projection(
                        prefix + ".mlp.gate_proj", c.intermediateSize, c.hiddenSize, bias: innerBias),
                    up: try projection(
                        prefix + ".mlp.up_proj", c.intermediateSize, c.hiddenSize, bias: innerBias),
                    down: try projection(
                        prefix + ".mlp.down_proj", c.hiddenSize, c.intermediateSize, bias: innerBias)))
        }
        self.configuration = c
        self.embedding = embedding
        self.layers = layers
        finalNorm = try tensor("model.norm.weight", [c.hiddenSize])
        head =
            c.tiedEmbeddings
            ? embedding : try tensor("lm_head.weight", [c.vocabularySize, c.hiddenSize])
        rotations = LayerRotations(c)
    }

    /// How a cache should store keys and values: as the weights are, where that is bfloat16.
    public var cacheElementType: ElementType { isBFloat16 ? .bfloat16 : .float32 }
    private var isBFloat16: Bool { embedding.elementType == .bfloat16 }

    public var projections: [Projection] { layers.flatMap(\.projections) }

    /// Every tensor by its checkpoint name.
    public var tensors: [String: Tensor] {
        var result = ["model.embed_tokens.weight": embedding, "model.norm.weight": finalNorm]
        if !configuration.tiedEmbeddings { result["lm_head.weight"] = head }
        for (i, layer) in layers.enumerated() {
            let prefix = "model.layers.\(i)"
            let names = configuration.architecture.norms
            for (name, norm) in [
                (names.beforeAttention, layer.attentionNorm),
                (names.afterAttention, layer.attentionOutputNorm),
                (names.beforeFeedForward, layer.feedForwardNorm),
                (names.afterFeedForward, layer.feedForwardOutputNorm),
            ] {
                if let name { result["\(prefix).\(name).weight"] = norm }
            }
            result[prefix + ".self_attn.q_norm.weight"] = layer.queryNorm
            result[prefix + ".self_attn.k_norm.weight"] = layer.keyNorm
            for projection in layer.projections {
                result[projection.name + ".weight"] = projection.weight
                result[projection.name + ".bias"] = projection.bias
            }
        }
        return result
    }

    /// A model of the same weights in memory of its own, as an encoder to train.
    public func copy() -> LanguageModel {
        let tensors = tensors
        return LanguageModel(configuration) { name, shape in
            tensors[name]?.copy() ?? Tensor(shape: shape)
        }
    }

    // MARK: - Forward

    /// Hidden states after the final norm; [rows, hidden], or those of the rows in `results` alone.
    ///
    /// The last layer computes only keys and values for rows that are not asked for: nothing else of
    /// them is seen by anybody.
    ///
    /// - Parameters:
    ///   - rows: input embeddings, [rows, hidden]
    ///   - positions: one a row
    ///   - visibility: the keys that each row sees: rows of this pass or, with a cache, of the cache
    ///   - behind: keys and values in front of the rows' own, the first that `visibility` counts; without a cache
    ///   - cache: takes this pass's keys and values at `cacheRows`
    ///   - partial: keys of the cache of which heads hold only the first few; what `visibility` says of them is
    ///     clipped to those, for each layer and KV head
    ///   - adapter: low-rank additions, switched on for this call
    ///   - results: the rows whose states are wanted; nil for all
    public func hidden(
        _ rows: Tensor, positions: [Int32], visibility: Visibility, behind past: LayerKeys? = nil,
        cache: KVCache? = nil, cacheRows: [Int] = [], partial: [PartialKeys] = [],
        adapter: LowRankAdapter? = nil, results: [Int32]? = nil, in c: Computation
    ) -> Tensor {
        precondition(rows.rows == positions.count, "\(rows.rows) rows, \(positions.count) positions")
        precondition(past == nil || cache == nil, "keys in front of a pass that has a cache")
        cache?.place(positions, at: cacheRows)
        let plans = AttentionPlans(
            visibility, positions: positions, keyPositions: past.map { $0.positions + positions },
            cache: cache, partial: partial, configuration, on: c.backend)
        let tables = rotations.tables(positions, visibility, on: c.backend)
        let asksAll = c.observer?.needsAllRows ?? false
        var x = rows
        for (i, layer) in layers.enumerated() {
            let table = tables[i]
            var queries = Queries(rows: nil, table: table, plans: plans)
            if let results, i == layers.count - 1, !asksAll {
                queries = Queries(
                    rows: results, table: table?.selecting(results), plans: plans.selecting(results))
            }
            let attended = attention(
                x, i, queries, table, past, cache.map { ($0, cacheRows) }, adapter, in: c)
            x = add(attended, normedBy: layer.attentionOutputNorm, to: queries.select(x, in: c), in: c)
            x = addFeedForward(to: x, layer, adapter, in: c)
        }
        let states = c.rmsNorm(x, finalNorm, epsilon: Float(configuration.normEpsilon))
        guard let results, asksAll else { return states }
        return c.gatherRows(states, results)
    }

    /// Keys (rotated) and values of some rows in every layer, as later passes read them.
    ///
    /// - Parameters: as in `hidden`; keys: the rows whose keys and values are wanted
    public func layerKeys(
        _ rows: Tensor, positions: [Int32], visibility: Visibility, adapter: LowRankAdapter? = nil,
        of keys: [Int32], in c: Computation
    ) -> LayerKeys {
        precondition(rows.rows == positions.count, "\(rows.rows) rows, \(positions.count) positions")
        let plans = AttentionPlans(
            visibility, positions: positions, cache: nil, partial: [], configuration, on: c.backend)
        let tables = rotations.tables(positions, visibility, on: c.backend)
        var made: [LayerKeys.Layer] = []
        var x = rows
        for (i, layer) in layers.enumerated() {
            let table = tables[i]
            if i == layers.count - 1 {
                // Nobody reads what the last layer adds.
                let h = normed(c.gatherRows(x, keys), layer.attentionNorm, in: c)
                let (k, v, _) = keysAndValues(h, layer, table?.selecting(keys), adapter, in: c)
                made.append(LayerKeys.Layer(keys: k, values: v))
                break
            }
            let h = normed(x, layer.attentionNorm, in: c)
            let (k, v, q) = keysAndValues(h, layer, table, adapter, asking: true, in: c)
            made.append(LayerKeys.Layer(keys: c.gatherRows(k, keys), values: c.gatherRows(v, keys)))
            let queries = Queries(rows: nil, table: table, plans: plans)
            let attended = attended(h, q, k, v, i, queries, adapter, in: c)
            x = add(attended, normedBy: layer.attentionOutputNorm, to: x, in: c)
            x = addFeedForward(to: x, layer, adapter, in: c)
        }
        return LayerKeys(layers: made, positions: keys.map { positions[Int($0)] })
    }

    /// The rows of a pass that a layer's attention asks for, with their angles and their masks.
    private struct Queries {
        /// Nil for all.
        let rows: [Int32]?
        /// Nil in a layer that turns nothing.
        let table: RotaryTable?
        let plans: AttentionPlans

        func select(_ x: Tensor, in c: Computation) -> Tensor {
            rows.map { c.gatherRows(x, $0) } ?? x
        }
    }

    /// Token embeddings as the first layer reads them; [ids.count, hidden]
    public func embed(_ ids: [Int32], in c: Computation) -> Tensor {
        let rows = c.gatherRows(embedding, ids)
        return configuration.embeddingMultiplier.map { c.scaled(rows, by: Float($0)) } ?? rows
    }

    /// Scores of every token of the vocabulary; hidden: [rows, hidden], result: [rows, vocabulary]
    public func logits(_ hidden: Tensor, in c: Computation) -> Tensor {
        let rows = configuration.logitsDivisor.map { c.scaled(hidden, by: Float(1 / $0)) } ?? hidden
        return c.linear(rows, head)
    }

    /// The token that scores best for each row, the first of equals; hidden: [rows, hidden].
    public func bestTokens(_ hidden: Tensor, in c: Computation) -> [Int32] {
        c.backend.bestRows(of: head, for: hidden)
    }

    /// x itself where there is no norm.
    private func normed(_ x: Tensor, _ norm: Tensor?, in c: Computation) -> Tensor {
        norm.map { c.rmsNorm(x, $0, epsilon: Float(configuration.normEpsilon)) } ?? x
    }

    /// The residual stream with what a part of a layer adds to it.
    private func add(_ addition: Tensor, normedBy norm: Tensor?, to x: Tensor, in c: Computation) -> Tensor {
        c.add(x, normed(addition, norm, in: c), scale: Float(configuration.residualMultiplier ?? 1))
    }

    private func attention(
        _ x: Tensor, _ index: Int, _ queries: Queries, _ table: RotaryTable?, _ past: LayerKeys?,
        _ cache: (KVCache, rows: [Int])?, _ adapter: LowRankAdapter?, in c: Computation
    ) -> Tensor {
        let layer = layers[index]
        let h = normed(x, layer.attentionNorm, in: c)
        var (k, v, q) = keysAndValues(h, layer, table, adapter, asking: queries.rows == nil, in: c)
        if let (cache, rows) = cache {
            cache.store(keys: k, values: v, at: rows, layer: index, in: c)
            (k, v) = (cache.keys[index], cache.values[index])
        } else if let past {
            k = c.concatenateRows([past.layers[index].keys, k])
            v = c.concatenateRows([past.layers[index].values, v])
        }
        return attended(h, q, k, v, index, queries, adapter, in: c)
    }

    /// Rotated keys, values and, where they are asked for, queries that are not rotated or normed yet.
    private func keysAndValues(
        _ h: Tensor, _ layer: Layer, _ table: RotaryTable?, _ adapter: LowRankAdapter?, asking: Bool = false,
        in c: Computation
    ) -> (keys: Tensor, values: Tensor, queries: Tensor?) {
        let projected = project(
            h, [layer.key, layer.value] + (asking ? [layer.query] : []), adapter, in: c)
        let k = normed(projected[0], layer.keyNorm, in: c)
        return (table.map { c.rope(k, $0) } ?? k, projected[1], asking ? projected[2] : nil)
    }

    /// What attention adds to the rows that ask.
    /// - Parameter projected: queries of all rows; nil where only those of some are to be made from `h`
    private func attended(
        _ h: Tensor, _ projected: Tensor?, _ keys: Tensor, _ values: Tensor, _ index: Int,
        _ queries: Queries, _ adapter: LowRankAdapter?, in c: Computation
    ) -> Tensor {
        let layer = layers[index]
        let shape = AttentionShape(
            heads: configuration.heads, kvHeads: configuration.kvHeads, headDim: configuration.headDim,
            scale: configuration.attentionScale.map { Float($0) },
            allowsRounding: isBFloat16 && c.tape == nil)
        var q = projected ?? project(queries.select(h, in: c), [layer.query], adapter, in: c)[0]
        q = normed(q, layer.queryNorm, in: c)
        if let table = queries.table { q = c.rope(q, table) }
        let attended = c.attention(
            q, keys, values, queries.plans.plans(ofLayer: index), shape, layer: index)
        return project(attended, [layer.output], adapter, in: c)[0]
    }

    private func addFeedForward(
        to x: Tensor, _ layer: Layer, _ adapter: LowRankAdapter?, in c: Computation
    ) -> Tensor {
        let h = normed(x, layer.feedForwardNorm, in: c)
        let projected = project(h, [layer.gate, layer.up], adapter, in: c)
        let gated =
            switch configuration.architecture.activation {
            case .silu: c.swiglu(gate: projected[0], up: projected[1])
            case .tanhGELU: c.geglu(gate: projected[0], up: projected[1])
            }
        let result = project(gated, [layer.down], adapter, in: c)[0]
        return add(result, normedBy: layer.feedForwardOutputNorm, to: x, in: c)
    }

    /// Projections of the same rows, each with its low-rank addition.
    private func project(
        _ x: Tensor, _ projections: [Projection], _ adapter: LowRankAdapter?, in c: Computation
    ) -> [Tensor] {
        let results = c.linear(x, projections.map { ($0.weight, $0.bias) })
        guard let adapter else { return results }
        return zip(projections, results).map { projection, y in
            guard let pair = adapter.pairs[projection.name] else { return y }
            return c.add(y, c.linear(c.linear(x, pair.down), pair.up), scale: adapter.scale)
        }
    }
}
