import Foundation
import Seeding
import Tensors
import Testing

struct AttentionMassTests {
    /// 70 rows (more than two tiles) of 4 query heads over 2 KV heads, which see keys of three ranges.
    @Test(arguments: [ElementType.float32, .bfloat16], [false, true])
    func `sums and largest weights are those of the softmax`(_ type: ElementType, _ largest: Bool) {
        let shape = AttentionShape(heads: 4, kvHeads: 2, headDim: 8)
        var generator = SeededGenerator(seed: 3)
        let (rows, capacity) = (70, 130)
        let queries = Tensor(normal: 1, shape: [rows + 5, 32], using: &generator)
        let exact = Tensor(normal: 1, shape: [2, capacity, 8], using: &generator)
        let keys = type == .float32 ? exact : rounded(exact)
        let ranges = [0..<4, 20..<50, 60..<130]
        let mass = AttentionMass(ofLast: rows, over: ranges, by: largest ? .largest : .sum)
        mass.observe(layer: 0, queries: queries, keys: keys, values: keys, shape)

        let places = ranges.flatMap(Array.init)
        let (q, k) = (queries.values, keys.values)
        for head in 0..<4 {
            var expected = [Double](repeating: 0, count: places.count)
            for row in 0..<rows {
                let seen = places.prefix(places.count - (rows - 1 - row))
                let powers = seen.map { place -> Double in
                    let query = q[((row + 5) * 32 + head * 8)...].prefix(8)
                    let key = k[((head / 2 * capacity + place) * 8)...].prefix(8)
                    let products = zip(query, key).map { Double($0.0) * Double($0.1) }
                    return exp(products.reduce(0, +) / 8.0.squareRoot())
                }
                let sum = powers.reduce(0, +)
                for (i, power) in powers.enumerated() {
                    let weight = power / sum
                    expected[i] = largest ? max(expected[i], weight) : expected[i] + weight
                }
            }
            let found = mass.ofLayers[0][head]
            #expect(found.count == expected.count)
            let furthest = zip(found, expected).map { abs(Double($0.0) - $0.1) }.max() ?? 1
            #expect(furthest < 1e-4)
        }
    }

    /// [heads, keys, width] in bfloat16.
    private func rounded(_ x: Tensor) -> Tensor {
        let result = Tensor(uninitialized: x.shape, elementType: .bfloat16)
        let (heads, keys, width) = (x.shape[0], x.shape[1], x.shape[2])
        let values = x.values
        var side = [Float](repeating: 0, count: values.count)
        for head in 0..<heads {
            for key in 0..<keys {
                for i in 0..<width {
                    side[(key * heads + head) * width + i] = values[(head * keys + key) * width + i]
                }
            }
        }
        result.backend.storeHeads(
            Tensor(side, shape: [keys, heads * width]), to: (0..<keys).map { Int32($0) }, of: result)
        return result
    }
}
