import Budgets
import Contract
import LanguageModels
import Methods
import SoftPrompts
import Tensors
import Testing
import TestSupport

/// Maps of where memory tokens look.
struct MemoryAttentionTests {
    @Test func `documents of any length share one grid, each row's own stretch on its own bins`() throws {
        // Three memory tokens over windows of 2, 2 and 1 tokens, and of 1 token each.
        let long = MemoryAttention.Document(
            weights: [[0.2, 0.4, 0.1, 0, 0], [0, 0.2, 0.4, 0.2, 0], [0, 0, 0, 0.2, 0.6]],
            windows: [0..<2, 2..<4, 4..<5])
        let short = MemoryAttention.Document(
            weights: [[0.8, 0, 0], [0.4, 0.4, 0], [0, 0, 0.6]], windows: [0..<1, 1..<2, 2..<3])
        let none = MemoryAttention.Document(weights: [], windows: [])
        let map = try #require(MemoryAttention([long, short, none]))
        #expect(map.documents == 2 && map.mass.count == 3 && map.mass.allSatisfy { $0.count == 66 })
        func sum(_ row: Int, _ bins: Range<Int>) -> Double { map.mass[row][bins].reduce(0, +) }
        #expect(abs(sum(0, 0..<22) - (0.6 + 0.8) / 2) < 1e-12 && abs(sum(0, 22..<66) - 0.05) < 1e-12)
        #expect(abs(sum(1, 0..<22) - 0.3) < 1e-12 && abs(sum(1, 22..<44) - (0.6 + 0.4) / 2) < 1e-12)
        #expect(abs(sum(2, 44..<66) - 0.6) < 1e-12 && abs(sum(2, 0..<44) - 0.1) < 1e-12)
        // The first window's second token lies on its second half.
        #expect(abs(map.mass[0][21] - (0.4 / 11 + 0.8 / 22) / 2) < 1e-12)
        #expect(MemoryAttention([none]) == nil)
    }

    @Test func `PIC's memory tokens look at their chunk, ICAE's at everything`() throws {
        let backbone = try Backbone(folder: bundledModel)
        let compressor = Compressor(for: backbone.model)
        func map(_ method: any TrainableMethod) throws -> MemoryAttention {
            let watch = AttentionWatch()
            let context = Context(
                tokens: (0..<256).map { 300 + $0 % 97 }, limit: .ratio(try #require(Ratio(32))))
            _ = try method.preparation(with: compressor).compress([context], in: Computation(observer: watch))
            #expect(watch.weights.count == 1)
            return try #require(
                MemoryAttention([.init(weights: watch.weights[0], windows: context.windows)]))
        }
        let pic = try map(PIC(parameters: .init()))
        let icae = try map(ICAE(parameters: .init()))
        #expect(pic.mass.count == 8 && icae.mass.count == 8)
        for (i, row) in pic.mass.enumerated() {
            let own = row[8 * i..<8 * (i + 1)].reduce(0, +)
            #expect(own > 0 && abs(own - row.reduce(0, +)) < 1e-9 && row.reduce(0, +) < 1)
        }
        #expect(icae.mass.allSatisfy { $0.allSatisfy { $0 > 0 } && $0.reduce(0, +) < 1 })
    }
}
