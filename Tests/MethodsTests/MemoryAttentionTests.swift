import Bench
import Methods
import Tensors
import Testing

/// Maps of where memory tokens look.
struct MemoryAttentionTests {
    @Test func `documents of any length share one grid`() throws {
        // Two memory tokens over two tokens, and four over four: each looks at its own stretch.
        let short = [[0.8, 0], [0, 0.6]]
        let long = (0..<4).map { i in (0..<4).map { $0 == i ? 0.4 : 0 } }
        let map = try #require(MemoryAttention([short, long, []]))
        #expect(map.documents == 2 && map.mass.count == 4)
        #expect(map.mass.allSatisfy { $0.count == MemoryAttention.bins })
        // The first row: half of 0.8 over 32 bins, half of 0.4 over 16 of them.
        #expect(abs(map.mass[0][0] - (0.4 / 32 + 0.2 / 16)) < 1e-12)
        #expect(abs(map.mass[0][31] - 0.4 / 32) < 1e-12 && map.mass[0][32] == 0)
        #expect(abs(map.mass[3].reduce(0, +) - 0.5) < 1e-12)
        #expect(MemoryAttention([[], []]) == nil)
    }

    @Test func `PIC's memory tokens look at their chunk, ICAE's at everything`() throws {
        let backbone = try Backbone(folder: repository.appendingPathComponent("Models/gazette-1m"))
        let compressor = Compressor(for: backbone.model)
        func map(_ method: any CompressionMethod) throws -> MemoryAttention {
            let watch = AttentionWatch()
            let tools = Tools(
                model: backbone.model, compressor: compressor, computation: Computation(watch: watch))
            let context = Context(tokens: (0..<256).map { 300 + $0 % 97 }, ratio: try #require(Ratio(32)))
            _ = try method.compress(context, with: tools)
            return try #require(MemoryAttention(watch.weights))
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
