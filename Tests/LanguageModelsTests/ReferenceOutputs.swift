import LanguageModels
import Tensors
import Testing

/// What a reference script wrote of several models.
struct ReferenceOutputs<Model: Decodable>: Decodable {
    let tokens: [[Int32]]
    let places: [Int]
    let models: [String: Model]
}

/// Logits of the sequences, the long one's at places, and greedy tokens behind the first.
struct ReferenceLogits: Decodable {
    let short, long: [Float]
    let greedy: [Int32]
}

extension LanguageModel {
    /// States of tokens at rows of a cache behind those that it has.
    func states(of tokens: [Int32], from first: Int, _ cache: KVCache, _ c: Computation) -> Tensor {
        let rows = Array(first..<first + tokens.count)
        var visibility = Visibility()
        for row in rows { visibility.append([0..<row + 1]) }
        return hidden(
            embed(tokens, in: c), positions: rows.map { Int32($0) }, visibility: visibility, cache: cache,
            cacheRows: rows, in: c)
    }

    /// Tokens behind a prompt, one after the other through a cache.
    /// - Parameter best: of the last state; by default the model's own
    func greedy(
        behind prompt: [Int32], count: Int, _ c: Computation, best: ((Tensor) -> Int32?)? = nil
    ) -> [Int32] {
        let cache = KVCache(for: configuration, capacity: prompt.count + count)
        var (tokens, generated, length) = (prompt, [Int32](), 0)
        while generated.count < count {
            let states = states(of: tokens, from: length, cache, c)
            length += tokens.count
            tokens = [(best?(states) ?? bestTokens(states, in: c).last) ?? 0]
            generated += tokens
        }
        return generated
    }
}

/// A model has another one's tensors, by name, shape and number.
func expectSameTensors(_ found: LanguageModel, _ expected: LanguageModel) {
    #expect(found.tensors.keys.sorted() == expected.tensors.keys.sorted())
    for (name, tensor) in expected.tensors {
        #expect(found.tensors[name]?.shape == tensor.shape)
        let isSame = found.tensors[name]?.values == tensor.values
        #expect(isSame, "\(name)")
    }
}
