import LanguageModels
import Tensors
import Testing

struct AttentionObserverTests {
    private final class Recorder: AttentionObserver {
        let needsAllRows: Bool
        var layers: [Int] = []
        var queries: [[Int]] = []
        var keys: [Tensor] = []
        var values: [Tensor] = []

        init(needsAllRows: Bool) { self.needsAllRows = needsAllRows }

        func observe(layer: Int, queries: Tensor, keys: Tensor, values: Tensor, _ shape: AttentionShape) {
            layers.append(layer)
            self.queries.append(queries.shape)
            self.keys.append(keys)
            self.values.append(values)
        }
    }

    @Test(arguments: ["llama", "qwen3"], [true, false])
    func `it sees each layer, changes nothing, and has all rows where it asks for them`(
        _ name: String, _ needsAllRows: Bool
    ) throws {
        let model = try LanguageModel(folder: Reference.folder(name))
        let configuration = model.configuration
        let tokens: [Int32] = [4, 9, 2, 8, 30]
        let recorder = Recorder(needsAllRows: needsAllRows)
        let cache = KVCache(for: model.configuration, capacity: 6)
        func states(_ c: Computation, _ cache: KVCache?) -> [Float] {
            model.hidden(
                model.embed(tokens, in: c), positions: [0, 1, 2, 3, 4], visibility: .causal(5), cache: cache,
                cacheRows: cache == nil ? [] : Array(0..<5), results: [1, 4], in: c
            ).values
        }
        let plain = states(Computation(), nil)
        #expect(distance(states(Computation(observer: recorder), cache), plain) < 1e-5)
        #expect(recorder.layers == Array(0..<configuration.layers))
        let width = configuration.heads * configuration.headDim
        let rows = [Int](repeating: 5, count: configuration.layers - 1) + [needsAllRows ? 5 : 2]
        #expect(recorder.queries == rows.map { [$0, width] })
        // What attention reads is the cache itself.
        #expect(zip(recorder.keys, cache.keys).allSatisfy { $0 === $1 })
        #expect(zip(recorder.values, cache.values).allSatisfy { $0 === $1 })
    }
}
