import Foundation
import Seeding
import Tensors
import TestSupport
import Testing

struct RowScreenTests {
    private let rows: Tensor

    init() {
        var generator = SeededGenerator(seed: 4)
        rows = Tensor(normal: 0.1, shape: [3000, 70], using: &generator)
    }

    private func mapped() throws -> Tensor {
        let url = temporaryPath(suffix: ".safetensors")
        try SafetensorsFile.write(["rows": rows], metadata: [:], to: url)
        return try #require(try SafetensorsFile(url).tensors["rows"])
    }

    /// Of as small a weight as the tests have.
    private let screening = CPUBackend(leastScreenedBytes: 0)

    @Test func `the best row is that of all products`() throws {
        let mapped = try mapped()
        let c = Computation()
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<20 {
            let x = Tensor(normal: 1, shape: [1, 70], using: &generator)
            let expected = c.backend.argmax(c.linear(x, rows))
            #expect(screening.bestRows(of: mapped, for: x) == expected)
            #expect(c.backend.bestRows(of: rows, for: x) == expected)
        }
        let many = Tensor(normal: 1, shape: [5, 70], using: &generator)
        #expect(screening.bestRows(of: mapped, for: many) == c.backend.argmax(c.linear(many, rows)))
    }

    @Test func `rows that may change are read anew`() throws {
        var generator = SeededGenerator(seed: 6)
        let x = Tensor(normal: 1, shape: [1, 70], using: &generator)
        let before = screening.bestRows(of: rows, for: x)
        rows.assign(rows.values.map { -$0 })
        let c = Computation()
        #expect(screening.bestRows(of: rows, for: x) == c.backend.argmax(c.linear(x, rows)))
        #expect(screening.bestRows(of: rows, for: x) != before)
    }
}
