import Foundation
import LanguageModels
import Tensors
import Testing

/// Gradients and optimisers against PyTorch (Tests/References/models.py).
struct ReferenceTests {
    private let reference: Reference

    init() throws { reference = try Reference.load() }

    @Test func `every gradient is that of PyTorch`() throws {
        let model = try LanguageModel(folder: Reference.folder("llama")).copy()
        let loss = gradients(of: model)
        #expect(abs(loss - reference.loss) < 1e-5)
        #expect(Set(model.tensors.keys) == Set(reference.gradients.keys))
        for (name, tensor) in model.tensors {
            let expected = try #require(reference.gradients[name])
            let found = try #require(tensor.gradient?.values, "\(name) has no gradient")
            let scale = max(1e-3, expected.values.map(abs).max() ?? 0)
            #expect(distance(found, expected.values, scale: scale) < 1e-4, "\(name)")
        }
    }

    @Test(arguments: ["adamw", "muon"])
    func `ten steps are those of PyTorch's optimisers`(_ name: String) throws {
        let model = try LanguageModel(folder: Reference.folder("llama")).copy()
        let expected = name == "muon" ? reference.muon : reference.adamw
        let isMuons = { (tensor: String) in name == "muon" && tensor.hasSuffix("proj.weight") }
        let sorted = model.tensors.sorted { $0.key < $1.key }
        let muon = Muon(sorted.filter { isMuons($0.key) }.map(\.value))
        let adamW = AdamW(sorted.filter { !isMuons($0.key) }.map(\.value), weightDecay: 0.1)
        let backend = CPUBackend()
        for (step, loss) in expected.losses.enumerated() {
            #expect(abs(gradients(of: model) - loss) < 2e-3, "step \(step)")
            clipGradients(of: sorted.map(\.value), to: 1, on: backend)
            muon.step(rate: 0.02, on: backend)
            adamW.step(rate: 0.01, on: backend)
            for (_, tensor) in sorted { tensor.clearGradient() }
        }
        for (name, final) in expected.final {
            #expect(distance(model.tensors[name]?.values ?? [], final.values) < 5e-3, "\(name)")
        }
    }

    private func gradients(of model: LanguageModel) -> Double {
        for tensor in model.tensors.values { tensor.isTrainable = true }
        return Packed(reference.tokens).backward(through: model)
    }
}

/// Sequences in one pass, none of which sees another.
struct Packed {
    var rows: [Int32] = []
    var next: [Int32?] = []
    var positions: [Int32] = []
    var visibility = Visibility()

    init(_ sequences: [[Int32]]) {
        for sequence in sequences {
            let first = rows.count
            for i in sequence.indices {
                positions.append(Int32(i))
                visibility.append([first..<first + i + 1])
            }
            rows += sequence
            next += sequence.dropFirst().map { $0 } + [nil]
        }
    }

    func hidden(of model: LanguageModel, _ c: Computation) -> Tensor {
        model.hidden(model.embed(rows, in: c), positions: positions, visibility: visibility, in: c)
    }

    /// A long sequence as the reference scripts make it.
    static let long: [Int32] = (0..<4096).map { (i: Int) -> Int32 in Int32((i * i * 7 + i * 3 + 5) % 31) }

    /// Logits of two short sequences, and of some places of the long one between them: all three in one pass, none
    /// may know of the others.
    static func logits(
        of short: [[Int32]], places: [Int], by model: LanguageModel, _ c: Computation
    ) -> (short: [Float], long: [Float]) {
        let packed = Packed([short[0], long, short[1]])
        let logits = model.logits(packed.hidden(of: model, c), in: c)
        let first = short[0].count
        func rows(_ indices: [Int]) -> [Float] { c.gatherRows(logits, indices.map { Int32($0) }).values }
        return (
            rows(Array(0..<first) + Array(first + long.count..<packed.rows.count)),
            rows(places.map { first + $0 })
        )
    }

    /// A backward pass from the loss of every next token.
    /// - Returns: the loss
    func backward(through model: LanguageModel) -> Double {
        let tape = Tape()
        let c = Computation(tape: tape)
        let predicting = rows.indices.filter { next[$0] != nil }
        let hidden = c.gatherRows(hidden(of: model, c), predicting.map { Int32($0) })
        let loss = c.crossEntropy(
            model.logits(hidden, in: c), targets: predicting.compactMap { next[$0] },
            weights: predicting.map { _ in 1 })
        tape.backward(from: loss)
        return Double(loss.values[0])
    }
}

func distance(_ found: [Float], _ expected: [Float], scale: Float? = nil) -> Float {
    guard found.count == expected.count else { return .infinity }
    let scale = scale ?? max(1, expected.map(abs).max() ?? 1)
    return zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) } / scale
}

struct Reference: Decodable {
    struct Array: Decodable {
        let shape: [Int]
        let values: [Float]
    }

    struct Run: Decodable {
        let losses: [Double]
        let final: [String: Array]
    }

    let tokens: [[Int32]]
    let loss: Double
    let gradients: [String: Array]
    let adamw, muon: Run

    static func folder(_ name: String) -> URL {
        Bundle.module.bundleURL.appendingPathComponent("Fixtures/\(name)")
    }

    static func load() throws -> Reference {
        try JSONDecoder().decode(Reference.self, from: Data(contentsOf: folder("llama.json")))
    }
}
