import Foundation
import LanguageModels
import Tensors
import Testing

/// Reading behind what heads selected of a context's cache.
struct CacheSelectionTests {
    private static let context: [Int32] = [4, 9, 2, 8, 30, 1, 1, 17, 22, 5, 6, 3]
    private static let question: [Int32] = [7, 12, 9]
    private let c = Computation(backend: CPUBackend(isRounding: false))

    /// Grouped queries, head norms, tied embeddings, windows in all and in some layers; and every other architecture.
    static let names =
        ["llama", "qwen3", "llama3-tied", "mistral-window", "qwen2-window"]
        + ArchitectureTests.names.map { "architectures/\($0)" }

    private func contextCache(of model: LanguageModel) -> KVCache {
        let count = Self.context.count
        let cache = KVCache(for: model.configuration, capacity: count)
        _ = model.hidden(
            model.embed(Self.context, in: c), positions: (0..<Int32(count)).map { $0 },
            visibility: .causal(count), cache: cache, cacheRows: Array(0..<count), in: c)
        return cache
    }

    /// Greedy tokens behind keys of a cache, and the scores of each.
    private func decode(
        _ model: LanguageModel, _ cache: KVCache, behind keys: Range<Int>, partial: [PartialKeys],
        count: Int = 6
    ) -> (tokens: [Int32], logits: [Float]) {
        var (tokens, generated, logits) = (Self.question, [Int32](), [Float]())
        var (row, position) = (keys.upperBound, Self.context.count)
        while generated.count < count {
            let rows = Array(row..<row + tokens.count)
            var visibility = Visibility()
            for own in rows { visibility.append([keys, keys.upperBound..<own + 1]) }
            let hidden = model.hidden(
                model.embed(tokens, in: c), positions: rows.indices.map { Int32(position + $0) },
                visibility: visibility, cache: cache, cacheRows: rows, partial: partial, in: c)
            logits += model.logits(hidden, in: c).values
            row += tokens.count
            position += tokens.count
            tokens = [c.backend.argmax(model.logits(hidden, in: c)).last ?? 0]
            generated += tokens
        }
        return (generated, logits)
    }

    private func decode(
        _ model: LanguageModel, behind selection: CacheSelection, of source: KVCache, at first: Int
    ) -> (tokens: [Int32], logits: [Float]) {
        let end = first + selection.largestCount
        let cache = KVCache(for: model.configuration, capacity: end + 12)
        cache.copy(selection, from: source, to: first, in: c)
        return decode(
            model, cache, behind: first..<end, partial: [PartialKeys(selection, at: first)])
    }

    @Test(arguments: names)
    func `behind all of a cache's rows it is as behind the cache`(_ name: String) throws {
        let model = try LanguageModel(folder: Reference.folder(name))
        let configuration = model.configuration
        let source = contextCache(of: model)
        let all = CacheSelection(
            (0..<configuration.layers).map { _ in
                (0..<configuration.kvHeads).map { _ in (0..<Int32(Self.context.count)).map { $0 } }
            })
        let longer = KVCache(for: configuration, capacity: Self.context.count + 12)
        longer.copy(all, from: source, to: 0, in: c)
        let plain = decode(model, longer, behind: 0..<Self.context.count, partial: [])
        for first in [0, 5] {
            let found = decode(model, behind: all, of: source, at: first)
            #expect(found.tokens == plain.tokens)
            #expect(distance(found.logits, plain.logits) < 1e-5)
        }
        // The same in one pass without a cache.
        let whole = Packed([Self.context + Self.question]).hidden(of: model, c)
        let end = Self.context.count + Self.question.count
        let expected = model.logits(whole.rowsCopy(Self.context.count..<end), in: c).values
        #expect(distance(Array(plain.logits.prefix(expected.count)), expected) < 1e-5)
    }

    /// Other rows, and other numbers of them, for each layer and head.
    private func ragged(_ configuration: ModelConfiguration) -> CacheSelection {
        CacheSelection(
            (0..<configuration.layers).map { layer in
                (0..<configuration.kvHeads).map { head in
                    (0..<Int32(Self.context.count)).filter {
                        (Int($0) * 7 + 3 * layer + 5 * head) % 5 < 2 + head
                    }
                }
            })
    }

    @Test(arguments: names)
    func `heads that keep different rows read as plain sums over them`(_ name: String) throws {
        let model = try LanguageModel(folder: Reference.folder(name))
        let source = contextCache(of: model)
        let selection = ragged(model.configuration)
        #expect(selection.problem(for: model.configuration, rows: Self.context.count) == nil)
        #expect(Set(selection.counts.joined()).count > 1)
        let expected = PlainReading(model: model, source: source, selection: selection, c: c)
            .logits(of: Self.question, from: Self.context.count)
        for first in [0, 3] {
            let found = decode(model, behind: selection, of: source, at: first)
            #expect(distance(Array(found.logits.prefix(expected.count)), expected) < 1e-5)
        }
    }

    @Test func `results of some rows are those of all, and a head may keep nothing`() throws {
        let model = try LanguageModel(folder: Reference.folder("llama"))
        let source = contextCache(of: model)
        var indices = ragged(model.configuration).indices
        indices[1][0] = []
        let selection = CacheSelection(indices)
        let cache = KVCache(for: model.configuration, capacity: selection.largestCount + 3)
        cache.copy(selection, from: source, to: 0, in: c)
        let keys = 0..<selection.largestCount
        var visibility = Visibility()
        for row in 0..<3 { visibility.append([keys, keys.upperBound..<keys.upperBound + row + 1]) }
        func states(_ results: [Int32]?) -> [Float] {
            model.hidden(
                model.embed(Self.question, in: c), positions: [12, 13, 14], visibility: visibility,
                cache: cache,
                cacheRows: (0..<3).map { keys.upperBound + $0 }, partial: [PartialKeys(selection, at: 0)],
                results: results, in: c
            ).values
        }
        let all = states(nil)
        let isFinite = all.allSatisfy { $0.isFinite }
        #expect(isFinite)
        #expect(
            distance(states([0, 2]), Array(all.prefix(all.count / 3) + all.suffix(all.count / 3))) < 1e-5)
    }

    @Test func `its bytes are those of what it keeps`() throws {
        let model = try LanguageModel(folder: Reference.folder("llama"))
        let selection = CacheSelection([[[0, 4], [1]], [[2, 3, 5], []]])
        #expect(selection.largestCount == 3 && selection.totalCount == 6)
        #expect(selection.counts == [[2, 1], [3, 0]])
        #expect(KVCache.bytes(of: selection, of: model) == 6 * 2 * model.configuration.headDim * 4)
    }

    @Test(arguments: [
        ([[[0], [1]]], "it selects from 1 layers, the model has 2"),
        ([[[0], [1]], [[0]]], "layer 1 selects from 1 KV heads, the model has 2"),
        ([[[0], [1]], [[0], [3, 9]]], "layer 1, KV head 1 keeps row 9 of a cache with 9"),
        ([[[0], [-1]], [[0], [3]]], "layer 0, KV head 1 keeps row -1 of a cache with 9"),
        (
            [[[0], [2, 2]], [[0], [3]]], "layer 0, KV head 1 keeps row 2 behind row 2; rows ascend, each once"
        ),
        (
            [[[3, 1], [2]], [[0], [3]]], "layer 0, KV head 0 keeps row 1 behind row 3; rows ascend, each once"
        ),
    ])
    func `a wrong one is named in a line`(_ indices: [[[Int32]]], _ problem: String) throws {
        let configuration = ModelConfiguration(
            vocabularySize: 8, hiddenSize: 8, intermediateSize: 8, layers: 2, heads: 4, kvHeads: 2)
        #expect(CacheSelection(indices).problem(for: configuration, rows: 9) == problem)
        #expect(CacheSelection([[[], [8]], [[0, 1], [3]]]).problem(for: configuration, rows: 9) == nil)
    }
}

/// A forward pass whose attention is plain sums over each head's own keys: those that it selected of a cache,
/// and the rows of the pass before it.
private struct PlainReading {
    let model: LanguageModel
    let source: KVCache
    let selection: CacheSelection
    let c: Computation

    func logits(of tokens: [Int32], from position: Int) -> [Float] {
        let configuration = model.configuration
        let epsilon = Float(configuration.normEpsilon)
        func project(_ x: Tensor, _ projection: LanguageModel.Projection) -> Tensor {
            c.linear(x, projection.weight, bias: projection.bias)
        }
        func normed(_ x: Tensor, _ weight: Tensor?) -> Tensor {
            weight.map { c.rmsNorm(x, $0, epsilon: epsilon) } ?? x
        }
        func turned(_ x: Tensor, _ layer: Int) -> Tensor {
            guard let rotary = configuration.rotary(ofLayer: layer) else { return x }
            let headDim = configuration.headDim
            return c.rope(
                x,
                RotaryTable(
                    positions: tokens.indices.map { Int32(position + $0) },
                    frequencies: rotary.frequencies(headDim: headDim), headDim: headDim,
                    scale: rotary.amplitude))
        }
        func added(_ x: Tensor, _ addition: Tensor) -> Tensor {
            c.add(x, addition, scale: Float(configuration.residualMultiplier ?? 1))
        }
        var x = model.embed(tokens, in: c)
        for (index, layer) in model.layers.enumerated() {
            let h = normed(x, layer.attentionNorm)
            let q = turned(normed(project(h, layer.query), layer.queryNorm), index)
            let k = turned(normed(project(h, layer.key), layer.keyNorm), index)
            let attended = attention(index, q, k, project(h, layer.value), firstPosition: position)
            x = added(x, normed(project(attended, layer.output), layer.attentionOutputNorm))
            let f = normed(x, layer.feedForwardNorm)
            let (gate, up) = (project(f, layer.gate), project(f, layer.up))
            let isGemma = configuration.architecture.name == "Gemma3ForCausalLM"
            let inner = isGemma ? c.geglu(gate: gate, up: up) : c.swiglu(gate: gate, up: up)
            x = added(x, normed(project(inner, layer.down), layer.feedForwardOutputNorm))
        }
        return model.logits(c.rmsNorm(x, model.finalNorm, epsilon: epsilon), in: c).values
    }

    private func attention(
        _ layer: Int, _ q: Tensor, _ k: Tensor, _ v: Tensor, firstPosition: Int
    ) -> Tensor {
        let configuration = model.configuration
        let (d, group) = (configuration.headDim, configuration.heads / configuration.kvHeads)
        let window = configuration.window(ofLayer: layer) ?? .max
        let scale = Float(configuration.attentionScale ?? 1 / Double(d).squareRoot())
        let (keys, values) = (source.keys[layer].values, source.values[layer].values)
        let (queries, own, ownValues) = (q.values, k.values, v.values)
        var out: [Float] = []
        for row in 0..<q.rows {
            for head in 0..<configuration.heads {
                let kvHead = head / group
                let first = (row * configuration.heads + head) * d
                let query = queries[first..<first + d]
                var seen: [(key: ArraySlice<Float>, value: ArraySlice<Float>)] = []
                // A context's row is its position.
                for index in selection.indices[layer][kvHead] where Int(index) > firstPosition + row - window
                {
                    let start = (kvHead * source.capacity + Int(index)) * d
                    seen.append((keys[start..<start + d], values[start..<start + d]))
                }
                for other in 0...row where other > row - window {
                    let start = (other * configuration.kvHeads + kvHead) * d
                    seen.append((own[start..<start + d], ownValues[start..<start + d]))
                }
                let scores = seen.map {
                    zip(query, $0.key).reduce(0) { $0 + $1.0 * $1.1 } * scale
                }
                let powers = scores.map { exp($0) }
                let sum = powers.reduce(0, +)
                for i in 0..<d {
                    out.append(
                        zip(powers, seen).reduce(0) { $0 + $1.0 * $1.1.value[$1.1.value.startIndex + i] }
                            / sum)
                }
            }
        }
        return Tensor(out, shape: q.shape)
    }
}
