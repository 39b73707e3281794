import Foundation
import Seeding
import Tensors
import TestSupport
import Testing

/// Nothing that is computed depends on how many threads compute it, nor on when that number changes.
struct ThreadsTests {
    @Test(arguments: Work.allCases)
    func `results stay the same to the bit while the number of threads changes`(_ work: Work) throws {
        let operands = try Operands()
        let expected = work.results(of: operands)
        let isFinite = expected.allSatisfy { $0.isFinite }
        #expect(isFinite)
        whileThreadsChange {
            for _ in 0..<60 { #expect(work.results(of: operands) == expected) }
        }
    }

    enum Work: CaseIterable {
        case attention, attentionToBFloat16, rowsAlone, linear, linearBFloat16, linearFloat16, fewRows,
            products

        func results(of operands: Operands) -> [Float] {
            switch self {
            case .attention: operands.attentionWithGradients()
            case .attentionToBFloat16: operands.attention(to: operands.keysByHead)
            case .rowsAlone: operands.attentionOfOneRow()
            case .linear: operands.linear(.float32, rows: 200)
            case .linearBFloat16: operands.linear(.bfloat16, rows: 200)
            case .linearFloat16: operands.linear(.float16, rows: 200)
            case .fewRows: operands.linear(.float32, rows: 3) + operands.linear(.bfloat16, rows: 3)
            case .products: operands.products()
            }
        }
    }
}

/// Numbers to compute with, the same each time.
struct Operands {
    private static let shape = AttentionShape(heads: 6, kvHeads: 2, headDim: 32, allowsRounding: true)
    private let rows = 300
    private let queries, keys, values, upstream: Tensor
    /// [kvHeads, keys, headDim] in bfloat16
    let keysByHead: Tensor
    private let x: Tensor
    private let weights: [ElementType: Tensor]

    init() throws {
        var generator = SeededGenerator(seed: 5)
        func made(_ rows: Int, _ width: Int) -> Tensor {
            Tensor(normal: 0.5, shape: [rows, width], using: &generator)
        }
        let (heads, kvHeads, headDim) = (Self.shape.heads, Self.shape.kvHeads, Self.shape.headDim)
        queries = made(rows, heads * headDim)
        upstream = made(rows, heads * headDim)
        keys = made(rows, kvHeads * headDim)
        values = made(rows, kvHeads * headDim)
        keysByHead = Tensor(uninitialized: [kvHeads, rows, headDim], elementType: .bfloat16)
        Computation().storeHeads(keys, to: Array(0..<rows), of: keysByHead)
        x = made(rows, 256)
        let wide = made(320, 256)
        var stored = [ElementType.float32: wide]
        let narrow = Tensor(uninitialized: [1, 320, 256], elementType: .bfloat16)
        Computation().storeHeads(wide, to: Array(0..<320), of: narrow)
        stored[.bfloat16] = narrow
        stored[.float16] = try Self.float16(wide)
        weights = stored
    }

    func attentionWithGradients() -> [Float] {
        let inputs = [queries, keys, values]
        for input in inputs { input.isTrainable = true }
        let tape = Tape()
        let c = Computation(tape: tape)
        let plans = [c.backend.attentionPlan(.causal(rows))]
        let out = c.attention(queries, keys, values, plans, Self.shape)
        tape.backward(from: c.linear(c.windowMean(c.multiply(out, upstream), [0..<rows]), ones(out.width)))
        defer { for input in inputs { input.clearGradient() } }
        return out.values + inputs.flatMap { $0.gradient?.values ?? [.nan] }
    }

    func attention(to keys: Tensor) -> [Float] {
        let c = Computation()
        return c.attention(queries, keys, keys, [c.backend.attentionPlan(.causal(rows))], Self.shape).values
    }

    /// As in decoding.
    func attentionOfOneRow() -> [Float] {
        var visibility = Visibility()
        visibility.append([0..<rows])
        let c = Computation()
        return c.attention(
            queries.rowsCopy(0..<1), keysByHead, keysByHead, [c.backend.attentionPlan(visibility)], Self.shape
        ).values
    }

    func linear(_ type: ElementType, rows: Int) -> [Float] {
        guard let weight = weights[type] else { return [.nan] }
        return Computation().linear(x.rowsCopy(0..<rows), weight).values
    }

    /// Forward and backward: the general products.
    func products() -> [Float] {
        guard let weight = weights[.float32] else { return [.nan] }
        for input in [x, weight] { input.isTrainable = true }
        defer { for input in [x, weight] { input.clearGradient() } }
        let tape = Tape()
        let c = Computation(tape: tape)
        let y = c.linear(x, weight)
        tape.backward(from: c.linear(c.windowMean(c.multiply(y, y), [0..<y.rows]), ones(y.width)))
        return [x, weight].flatMap { $0.gradient?.values ?? [.nan] }
    }

    /// A tensor in float16, which only files hold.
    private static func float16(_ tensor: Tensor) throws -> Tensor {
        let numbers = tensor.values.map { Float16($0).bitPattern.littleEndian }
        let (rows, width, bytes) = (tensor.rows, tensor.width, 2 * numbers.count)
        let header =
            #"{"x":{"dtype":"F16","shape":[\#(rows),\#(width)],"data_offsets":[0,\#(bytes)]}}"#
        let file = temporaryPath(suffix: ".safetensors")
        try safetensors(header: header.utf8, numbers.withUnsafeBytes { Data($0) }).write(to: file)
        return try #require(try SafetensorsFile(file).tensors["x"])
    }

    private func ones(_ width: Int) -> Tensor {
        Tensor([Float](repeating: 1, count: width), shape: [1, width])
    }
}
