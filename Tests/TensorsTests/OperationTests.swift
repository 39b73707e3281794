import Foundation
import Seeding
import Tensors
import Testing

/// Every differentiable operation against PyTorch (Tests/References/operations.py) and against
/// finite differences of itself.
struct OperationTests {
    @Test(arguments: try OperationCase.all())
    func `agrees with PyTorch`(_ expected: OperationCase) {
        let inputs = expected.tensors
        for input in inputs.values { input.isTrainable = true }
        let tape = Tape()
        let c = Computation(tape: tape)
        let output = expected.apply(inputs, c)
        #expect(output.shape == expected.output.shape)
        #expect(distance(output.values, expected.output.values) < 2e-6)

        tape.backward(from: weightedSum(output, expected.upstream.tensor, c))
        for (name, gradient) in expected.gradients {
            let found = inputs[name]?.gradient?.values ?? []
            #expect(distance(found, gradient.values) < 5e-6, "d/d\(name)")
        }
    }

    @Test(arguments: try OperationCase.all())
    func `gradients are finite differences`(_ expected: OperationCase) {
        let inputs = expected.tensors
        for input in inputs.values { input.isTrainable = true }
        let upstream = expected.upstream.tensor
        let tape = Tape()
        tape.backward(
            from: weightedSum(
                expected.apply(inputs, Computation(tape: tape)), upstream, Computation(tape: tape)))
        func value() -> Double {
            zip(expected.apply(inputs, Computation()).values, upstream.values).reduce(0) {
                $0 + Double($1.0) * Double($1.1)
            }
        }
        var generator = SeededGenerator(seed: 7)
        for (name, input) in inputs {
            guard let gradient = input.gradient?.values else {
                Issue.record("\(name) has no gradient")
                continue
            }
            for _ in 0..<12 {
                let i = generator.integer(below: input.count)
                let step: Float = 0.01
                var values = input.values
                let original = values[i]
                values[i] = original + step
                input.assign(values)
                let above = value()
                values[i] = original - step
                input.assign(values)
                let below = value()
                values[i] = original
                input.assign(values)
                let slope = (above - below) / Double(2 * step)
                #expect(abs(slope - Double(gradient[i])) < 0.003 + 0.01 * abs(slope), "d/d\(name)[\(i)]")
            }
        }
    }

    @Test func `a tensor used twice gets both gradients`() {
        let x = Tensor([1, 2, 3], shape: [1, 3])
        x.isTrainable = true
        let tape = Tape()
        let c = Computation(tape: tape)
        tape.backward(from: weightedSum(c.add(c.multiply(x, x), x), Tensor([1, 1, 1], shape: [1, 3]), c))
        #expect(x.gradient?.values == [3, 5, 7])
    }
}

/// Σ output · upstream, as a tensor of one element.
private func weightedSum(_ output: Tensor, _ upstream: Tensor, _ c: Computation) -> Tensor {
    let product = c.multiply(output, upstream)
    let rows = Float(product.rows)
    let ones = Tensor([Float](repeating: rows, count: product.width), shape: [1, product.width])
    return c.linear(c.windowMean(product, [0..<product.rows]), ones)
}

/// The largest difference, relative to the largest expected magnitude.
func distance(_ found: [Float], _ expected: [Float]) -> Float {
    guard found.count == expected.count else { return .infinity }
    let scale = max(1, expected.map(abs).max() ?? 1)
    return zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) } / scale
}

struct OperationCase: Decodable, CustomTestStringConvertible, Sendable {
    struct Array: Decodable, Sendable {
        let shape: [Int]
        let values: [Float]

        var tensor: Tensor { Tensor(values, shape: shape) }
    }

    let name: String
    let inputs: [String: Array]
    let output, upstream: Array
    let gradients: [String: Array]
    let positions: [Int32]?
    let frequencies: [Double]?
    let visible: [[[Int]]]?
    let heads, kvHeads, headDim: Int?
    let ids, targets: [Int32]?
    let weights: [Float]?
    let windows: [[Int]]?

    var testDescription: String { "\(name) \(inputs.mapValues(\.shape).sorted { $0.key < $1.key })" }
    var tensors: [String: Tensor] { inputs.mapValues(\.tensor) }

    static func all() throws -> [OperationCase] {
        guard let url = Bundle.module.url(forResource: "Fixtures/operations", withExtension: "json") else {
            return []
        }
        return try JSONDecoder().decode([OperationCase].self, from: Data(contentsOf: url))
    }

    func apply(_ inputs: [String: Tensor], _ c: Computation) -> Tensor {
        func input(_ name: String) -> Tensor { inputs[name] ?? Tensor(shape: [0, 0]) }
        switch name {
        case "linear": return c.linear(input("x"), input("weight"), bias: input("bias"))
        case "rmsNorm": return c.rmsNorm(input("x"), input("weight"), epsilon: 1e-5)
        case "rope":
            return c.rope(
                input("x"),
                RotaryTable(positions: positions ?? [], frequencies: frequencies ?? [], headDim: headDim))
        case "attention":
            var visibility = Visibility()
            for row in visible ?? [] { visibility.append(row.map { $0[0]..<$0[1] }) }
            let heads = heads ?? 1
            return c.attention(
                input("q"), input("k"), input("v"), [c.backend.attentionPlan(visibility)],
                AttentionShape(heads: heads, kvHeads: kvHeads ?? 1, headDim: input("q").width / heads))
        case "swiglu": return c.swiglu(gate: input("gate"), up: input("up"))
        case "geglu": return c.geglu(gate: input("gate"), up: input("up"))
        case "scaled": return c.scaled(input("x"), by: 2.5)
        case "add": return c.add(input("a"), input("b"), scale: -0.5)
        case "multiply": return c.multiply(input("a"), input("b"))
        case "gatherRows": return c.gatherRows(input("table"), ids ?? [])
        case "concatenateRows": return c.concatenateRows([input("a"), input("b")])
        case "windowMean": return c.windowMean(input("x"), (windows ?? []).map { $0[0]..<$0[1] })
        case "crossEntropy":
            return c.crossEntropy(input("logits"), targets: targets ?? [], weights: weights ?? [])
        default: preconditionFailure("no operation \(name)")
        }
    }
}
