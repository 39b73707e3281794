import Budgets
import CacheMethods
import Contract
import LanguageModels
import Tensors
import TestSupport
import Testing

struct ContextPassTests {
    private let backbone: Backbone
    private var model: LanguageModel { backbone.model }

    init() throws { backbone = try Backbone(folder: bundledModel) }

    /// Of a pass, the keys and values of the context's tokens are those that come after the prefix's.
    @Test func `a pass shows the context's keys and values, not the prefix's`() {
        let tokens = (0..<12).map { Int32(300 + $0) }
        func pass(_ prefix: [Int32], _ tokens: [Int32]) -> ContextPass {
            ContextReader(backbone).pass(
                over: Context(SourceText(tokens: tokens, prefix: prefix), limit: .whole), in: Computation())
        }
        let all = pass([], tokens)
        let behind = pass(Array(tokens.prefix(3)), Array(tokens.dropFirst(3)))
        #expect(behind.ahead == 3 && behind.count == 9)
        for layer in 0..<model.configuration.layers {
            for (keys, own) in zip(all.keys(layer: layer), behind.keys(layer: layer)) {
                #expect(own.values == keys.rowsCopy(3..<12).values)
            }
            for (values, own) in zip(all.values(layer: layer), behind.values(layer: layer)) {
                #expect(own.values == values.rowsCopy(3..<12).values)
            }
        }
    }

    @Test func `an empty context makes an empty pass`() {
        let pass = ContextReader(backbone).pass(
            over: Context(tokens: [], limit: .whole), in: Computation())
        #expect(pass.count == 0 && pass.keys(layer: 0)[0].rows == 0)
    }

    @Test func `contexts behind one long prefix share its pass`() {
        let prefix = (0..<100).map { Int32(300 + $0) }
        let contexts = [[5, 6, 7, 8], [9, 10], []].map { (tokens: [Int32]) in
            Context(SourceText(tokens: tokens.map { $0 + 300 }, prefix: prefix), limit: .whole)
        }
        let sharing = ContextReader(backbone, sharesPrefixes: true)
        for context in contexts {
            let shared = sharing.pass(over: context, following: [301], in: Computation())
            let own = ContextReader(backbone).pass(over: context, following: [301], in: Computation())
            for layer in 0..<model.configuration.layers {
                let pairs = zip(shared.cache.keys[layer].values, own.cache.keys[layer].values)
                #expect(pairs.allSatisfy { abs($0 - $1) < 1e-4 })
            }
        }
    }

    @Test func `what moves stands where it would have been read, in the first layer`() {
        let tokens = (0..<40).map { Int32(300 + $0) }
        let reader = ContextReader(backbone)
        let c = Computation()
        let places = [0, 1, 2, 30, 35, 39]
        let pass = reader.pass(over: Context(tokens: tokens, limit: .whole), in: c)
        let kept = pass.keeping(places, contiguous: true, in: c)
        guard case .cache(let cache, let selection) = kept.content else {
            Issue.record("no cache")
            return
        }
        #expect(kept.next == 6 && selection.indices[0][0] == [0, 1, 2, 3, 4, 5])
        // Keys of the first layer depend on a token and its position alone.
        let alone = reader.pass(
            over: Context(tokens: places.map { tokens[$0] }, limit: .whole), in: c)
        let width = model.configuration.headDim
        for head in 0..<model.configuration.kvHeads {
            let start = head * cache.capacity * width
            let moved = cache.keys[0].values[start..<start + 6 * width]
            #expect(zip(moved, alone.keys(layer: 0)[head].values).allSatisfy { abs($0 - $1) < 1e-4 })
        }
    }

    @Test func `a layer's or a model's best share the budget out by their scores`() {
        let scores: [[[Float]]] = [[[9, 8, 7], [1, 2, 3]], [[6, 5, 4], [0, 0, 0]]]
        #expect(
            CacheSelection.bestOfLayer(1, atLeast: 0, by: scores).indices == [[[0, 1], []], [[0, 1], []]])
        #expect(
            CacheSelection.bestOfLayer(2, atLeast: 1, by: scores).indices
                == [[[0, 1, 2], [2]], [[0, 1, 2], [0]]])
        #expect(CacheSelection.bestOfAll(1, by: scores).indices == [[[0, 1, 2], []], [[0], []]])
        #expect(CacheSelection.best([2, 1], by: scores).indices == [[[0, 1], [1, 2]], [[0], [0]]])
    }

    @Test func `the best are those with the highest scores, the first of equals, in order`() {
        let selection = CacheSelection.best(2, by: [[[1, 3, 2], [0, 0, 0]], [[5, 4, 3], [-1, -3, -2]]])
        #expect(selection.indices == [[[1, 2], [0, 1]], [[0, 1], [0, 2]]])
        #expect(CacheSelection.best(9, by: [[[1, 2]]]).indices == [[[0, 1]]])
    }
}
