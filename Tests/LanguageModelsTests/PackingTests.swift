import LanguageModels
import Seeding
import Tensors
import Testing

struct PackingTests {
    private let model: LanguageModel
    private let c = Computation()

    init() throws { model = try LanguageModel(folder: Reference.folder("llama")) }

    @Test func `packed sequences are as if alone`() {
        let sequences: [[Int32]] = [[4, 9, 2], [7], [1, 1, 30, 12, 5, 6]]
        let together = Packed(sequences).hidden(of: model, c)
        var row = 0
        for sequence in sequences {
            let alone = Packed([sequence]).hidden(of: model, c)
            #expect(distance(together.rowsCopy(row..<row + sequence.count).values, alone.values) < 1e-5)
            row += sequence.count
        }
    }

    @Test(arguments: ["llama", "qwen3", "mistral-window"])
    func `states of some rows are those of the whole pass, with their gradients`(_ name: String) throws {
        let model = try LanguageModel(folder: Reference.folder(name)).copy()
        let packed = Packed([[4, 9, 2, 8], [7, 3], [1, 1, 30, 12, 5, 6]])
        let wanted: [Int32] = [1, 3, 5, 11]
        func states(_ results: [Int32]?) -> (states: [Float], gradient: [Float]) {
            let tape = Tape()
            let c = Computation(tape: tape)
            for tensor in model.tensors.values { tensor.isTrainable = true }
            var hidden = model.hidden(
                model.embed(packed.rows, in: c), positions: packed.positions, visibility: packed.visibility,
                results: results, in: c)
            if results == nil { hidden = c.gatherRows(hidden, wanted) }
            tape.backward(
                from: c.crossEntropy(
                    model.logits(hidden, in: c), targets: [3, 1, 4, 1], weights: [1, 2, 3, 4]))
            let gradient = model.embedding.gradient?.values ?? []
            for tensor in model.tensors.values { tensor.clearGradient() }
            return (hidden.values, gradient)
        }
        let (some, all) = (states(wanted), states(nil))
        #expect(distance(some.states, all.states) < 1e-5)
        #expect(!some.gradient.isEmpty && distance(some.gradient, all.gradient) < 1e-5)
    }

    @Test func `an adapter whose B is zero changes nothing, and one that is merged changes the same`() throws
    {
        var generator = SeededGenerator(seed: 2)
        let configuration = LowRankConfiguration(
            rank: 3, alpha: 6, targets: .named(["q_proj", "v_proj", "down_proj"]))
        let adapter = try LowRankAdapter(configuration, for: model, using: &generator)
        #expect(adapter.pairs.count == 6)
        let packed = Packed([[3, 8, 8, 21, 0]])
        func hidden(_ model: LanguageModel, _ adapter: LowRankAdapter?) -> [Float] {
            model.hidden(
                model.embed(packed.rows, in: c), positions: packed.positions, visibility: packed.visibility,
                adapter: adapter, in: c
            ).values
        }
        let base = hidden(model, nil)
        #expect(hidden(model, adapter) == base)

        let merged = model.copy()
        for (name, pair) in adapter.pairs {
            pair.up.assign((0..<pair.up.count).map { _ in Float(generator.normal()) * 0.2 })
            let weight = try #require(merged.tensors[name + ".weight"])
            c.backend.multiply(
                pair.up, transposed: false, pair.down, transposed: false, alpha: adapter.scale, beta: 1,
                into: weight)
        }
        let adapted = hidden(model, adapter)
        #expect(distance(adapted, base) > 0.05)
        #expect(distance(adapted, hidden(merged, nil)) < 1e-5)
        #expect(hidden(model, nil) == base)
    }
}
