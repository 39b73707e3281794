import Foundation
import LanguageModels
import Tensors
import TestSupport
import Testing

/// Every supported kind of checkpoint against transformers (Tests/References/checkpoints.py).
struct ParityTests {

    static let names = [
        "llama", "llama-biased-yarn-bf16", "llama-dynamic", "llama-linear-sharded-bf16", "llama-yarn-mscale",
        "llama3-tied", "mistral-fp16", "mistral-window", "qwen2", "qwen2-window", "qwen3",
        "qwen3-biased-sharded-fp16",
    ]
    private let expected: ReferenceOutputs<ReferenceLogits>
    /// Without rounding rows to the 16 bits of stored weights.
    private let c = Computation(backend: CPUBackend(isRounding: false))

    init() throws {
        expected = try JSONDecoder().decode(
            ReferenceOutputs.self, from: Data(contentsOf: Reference.folder("parity.json")))
    }

    private func open(_ name: String) throws -> (LanguageModel, ReferenceLogits) {
        (try LanguageModel(folder: Reference.folder(name)), try #require(expected.models[name]))
    }

    @Test func `every fixture is compared`() {
        #expect(Set(expected.models.keys) == Set(Self.names))
    }

    @Test(arguments: names)
    func `logits are those of transformers, packed and far out`(_ name: String) throws {
        let (model, reference) = try open(name)
        let (short, long) = Packed.logits(of: expected.tokens, places: expected.places, by: model, c)
        #expect(distance(short, reference.short) < 1e-5)
        // Rows rounded to 8 bits on their way into each product, where the weights are bfloat16.
        let rounded = Packed(expected.tokens).hidden(of: model, Computation())
        #expect(distance(model.logits(rounded, in: Computation()).values, reference.short) < 0.02)
        #expect(distance(long, reference.long) < 1e-4)
    }

    @Test(arguments: names)
    func `greedy tokens are those of transformers, through the cache`(_ name: String) throws {
        let (model, reference) = try open(name)
        let generated = model.greedy(behind: expected.tokens[0], count: reference.greedy.count, c) {
            c.backend.argmax(model.logits($0, in: c)).last
        }
        #expect(generated == reference.greedy)
    }

    /// Dynamic scaling turns earlier keys by the base of their time, there as here.
    @Test(arguments: names.filter { $0 != "llama-dynamic" })
    func `cached equals uncached`(_ name: String) throws {
        let (model, _) = try open(name)
        let tokens = Array(Packed.long.prefix(40))
        let whole = Packed([tokens]).hidden(of: model, c).values
        // Keys and values rounded to 8 bits where the weights are.
        let narrow: Float = model.cacheElementType == .bfloat16 ? 0.02 : 1e-5
        for (elementType, tolerance) in [(ElementType.float32, 1e-5), (model.cacheElementType, narrow)] {
            let cache = KVCache(for: model.configuration, capacity: tokens.count, elementType: elementType)
            var stepwise: [Float] = []
            for stretch in [0..<9, 9..<10, 10..<31, 31..<40] {
                stepwise +=
                    model.states(of: Array(tokens[stretch]), from: stretch.lowerBound, cache, c).values
            }
            #expect(distance(stepwise, whole) < tolerance)
        }
    }

    @Test(arguments: names)
    func `a saved configuration is read as the same`(_ name: String) throws {
        let (model, _) = try open(name)
        let folder = temporaryPath("saved")
        try model.save(to: folder)
        let again = try LanguageModel(folder: folder)
        let (written, read) = (model.configuration, again.configuration)
        // A number may lose its last bit on its way through JSON.
        let frequencies = [written, read].map { $0.rotary.frequencies(headDim: $0.headDim, length: 4096) }
        #expect(zip(frequencies[0], frequencies[1]).allSatisfy { abs($0 / $1 - 1) < 1e-12 })
        #expect(abs(written.rotary.amplitude - read.rotary.amplitude) < 1e-12)
        var same = read
        same.rotary = written.rotary
        #expect(same == written)
        #expect(again.tensors.keys == model.tensors.keys)
    }
}
