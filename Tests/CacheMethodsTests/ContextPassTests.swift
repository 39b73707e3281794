import Budgets
import CacheMethods
import Contract
import LanguageModels
import Tensors
import TestSupport
import Testing

struct ContextPassTests {
    private let model: LanguageModel

    init() throws { model = try LanguageModel(folder: bundledModel) }

    /// Of a pass, the keys and values of the context's tokens are those that come after the prefix's.
    @Test func `a pass shows the context's keys and values, not the prefix's`() {
        let tokens = (0..<12).map { Int32(300 + $0) }
        func pass(_ prefix: [Int32], _ tokens: [Int32]) -> ContextPass {
            ContextPass(
                Context(SourceText(tokens: tokens, prefix: prefix), limit: .whole), by: model,
                in: Computation())
        }
        let all = pass([], tokens)
        let behind = pass(Array(tokens.prefix(3)), Array(tokens.dropFirst(3)))
        #expect(behind.ahead == 3 && behind.count == 9)
        for layer in 0..<model.configuration.layers {
            for head in 0..<model.configuration.kvHeads {
                let (keys, own) = (
                    all.keys(layer: layer, kvHead: head), behind.keys(layer: layer, kvHead: head)
                )
                #expect(own.values == keys.rowsCopy(3..<12).values)
                let values = all.values(layer: layer, kvHead: head).rowsCopy(3..<12).values
                #expect(behind.values(layer: layer, kvHead: head).values == values)
            }
        }
    }

    @Test func `an empty context makes an empty pass`() {
        let pass = ContextPass(Context(tokens: [], limit: .whole), by: model, in: Computation())
        #expect(pass.count == 0 && pass.keys(layer: 0, kvHead: 0).rows == 0)
    }

    @Test func `the best are those with the highest scores, the first of equals, in order`() {
        let selection = CacheSelection.best(2, by: [[[1, 3, 2], [0, 0, 0]], [[5, 4, 3], [-1, -3, -2]]])
        #expect(selection.indices == [[[1, 2], [0, 1]], [[0, 1], [0, 2]]])
        #expect(CacheSelection.best(9, by: [[[1, 2]]]).indices == [[[0, 1]]])
    }
}
