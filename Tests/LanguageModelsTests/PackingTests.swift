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
