import Foundation
import Seeding
import Tensors
import Testing

struct RowScreenTests {
    private let rows: Tensor

    init() {
        var generator = SeededGenerator(seed: 4)
        rows = Tensor(normal: 0.1, shape: [3000, 70], using: &generator)
    }

    private func mapped() throws -> Tensor {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).safetensors")
        try SafetensorsFile.write(["rows": rows], metadata: [:], to: url)
        return try #require(try SafetensorsFile(url).tensors["rows"])
    }

    @Test func `the best row is that of all products`() throws {
        let screen = try #require(RowScreen(try mapped(), leastBytes: 0))
        let c = Computation()
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<20 {
            let x = Tensor(normal: 1, shape: [1, 70], using: &generator)
            #expect(screen.bestRow(x) == c.backend.argmax(c.linear(x, rows))[0])
        }
    }

    @Test func `rows that may change, or that a cache holds, have none`() throws {
        #expect(RowScreen(rows, leastBytes: 0) == nil)
        #expect(try RowScreen(mapped()) == nil)
    }
}
