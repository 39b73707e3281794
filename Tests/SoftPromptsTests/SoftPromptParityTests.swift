import Budgets
import Contract
import Foundation
import HardPrompts
import LanguageModels
import Methods
import Prompting
import Reading
import SoftPrompts
import Tensors
import Testing
import TestSupport
import Tokenizers

/// What soft-prompt methods make of contexts, and what a model says behind it, compared with masks and positions
/// written out for transformers (Tests/References/soft_prompts.py).
struct SoftPromptParityTests {
    private struct Expected: Decodable {
        struct Case: Decodable {
            /// As users write it.
            let method: String
            let tokens, prefix: [Int32]
            let positions: [Int]
            let next: Int
            let slots: [Float]?
            /// [layers][rows × kvHeads × headDim]
            let keys, values: [[Float]]?
            let answer: [Float]
        }

        /// What a token classifier says of a context.
        struct Classified: Decodable {
            let tokens: [Int32]
            /// [tokens × 2]
            let logits: [Float]
            let kept: [Int]
        }

        let ratio: Double
        let begin, prompt: [Int32]
        let rank: Int
        let alpha: Double
        let cases: [Case]
        let classified: [Classified]
    }

    private static let fixtures = Bundle.module.bundleURL.appendingPathComponent("Fixtures")

    private static let expected: Expected? = {
        let file = fixtures.appendingPathComponent("soft-prompts/expected.json")
        return try? JSONDecoder().decode(Expected.self, from: Data(contentsOf: file))
    }()

    private static let methods = Set((expected?.cases ?? []).map(\.method)).sorted()

    private let expected: Expected
    private let model: LanguageModel
    private let backbone: Backbone

    init() throws {
        expected = try #require(Self.expected)
        let folder = Self.fixtures.appendingPathComponent("icae")
        model = try LanguageModel(folder: folder)
        backbone = Backbone(
            folder: folder, model: model, tokenizer: try Tokenizer(folder: bundledModel), contentHash: "h")
    }

    private func compressor(adaptsDecoder: Bool) throws -> Compressor {
        let file = Self.fixtures.appendingPathComponent("soft-prompts/weights.safetensors")
        var stored = try SafetensorsFile(file).allTensors()
        func adapter(_ name: String, _ targets: [String]) throws -> LowRankAdapter {
            try LowRankAdapter(
                LowRankConfiguration(
                    rank: expected.rank, alpha: expected.alpha, targets: .named(targets)),
                from: &stored, named: name, of: file.path, for: model)
        }
        let encoder = try adapter("encoder.", ["q_proj", "v_proj"])
        let decoder = try adapter("decoder.", ["k_proj", "down_proj"])
        return Compressor(
            of: model, encoder: model, adapter: encoder, memory: try #require(stored["memory"]),
            projection: stored["projection"], prefix: expected.begin,
            decoderAdapter: adaptsDecoder ? decoder : nil)
    }

    @Test func `there are methods`() { #expect(Self.methods.count == 7) }

    @Test(arguments: methods)
    func `what is kept, and what the model says behind it, is that of plain PyTorch`(_ name: String) throws {
        let written = WrittenMethod(name)
        let type = try #require(allMethods.first { $0.card.id == written.id })
        let method = try #require(try type.init(written) as? any TrainableMethod)
        let compressor = try compressor(adaptsDecoder: Swift.type(of: method).trainsDecoder)
        let ratio = try #require(Ratio(expected.ratio))
        let cases = expected.cases.filter { $0.method == name }
        #expect(cases.count == 6)
        // Contexts of several lengths behind several prefixes in one pass.
        let contexts = cases.map {
            Context(SourceText(tokens: $0.tokens, prefix: $0.prefix), limit: .ratio(ratio))
        }
        let preparation = method.preparation(with: compressor)
        let made = try preparation.compress(contexts, in: Computation())
        let trial = Trial(
            method, preparation, budget: .ratio(ratio),
            reader: Reader(backbone, format: try PromptFormat(backbone)))
        let kept = try trial.checked(made, of: contexts)
        let session = DecodingSession(
            kept,
            kept.indices.map { .init(context: $0, prompt: expected.prompt, maxNewTokens: 1) },
            model: model, stop: [])
        // Several passes, one behind the other, on weights this wide multiply what rounding does.
        let tolerance: Float = name.contains("segment") ? 1e-4 : 1e-5
        for (i, one) in cases.enumerated() {
            #expect(made[i].next == one.next && kept[i].measure.positions == one.positions.count)
            switch made[i].content {
            case .slots(let slots, let positions):
                #expect(positions == one.positions)
                #expect(relative(slots.values, try #require(one.slots)) < tolerance)
            case .cache(let cache, let selection):
                #expect(selection.totalCount == one.positions.count * 2 * 2)
                let rows = one.prefix.count..<one.prefix.count + one.positions.count
                for (layer, keys) in try #require(one.keys).enumerated() {
                    #expect(relative(self.rows(rows, of: cache.keys[layer]), keys) < 1e-5)
                    let values = try #require(one.values)[layer]
                    #expect(relative(self.rows(rows, of: cache.values[layer]), values) < 1e-5)
                }
            default: Issue.record("\(name) keeps text")
            }
            #expect(relative(session.firstLogits.rowsCopy(i..<i + 1).values, one.answer) < 1e-4)
        }
    }

    /// As a pass has them: the heads of a row side by side.
    private func rows(_ rows: Range<Int>, of cache: Tensor) -> [Float] {
        let (capacity, width) = (cache.shape[1], cache.shape[2])
        return rows.flatMap { row in
            (0..<cache.shape[0]).flatMap { head in
                let first = (head * capacity + row) * width
                return cache.values[first..<first + width]
            }
        }
    }

    @Test func `which tokens a classifier keeps is that of plain PyTorch`() throws {
        let compressor = try compressor(adaptsDecoder: false)
        let contexts = expected.classified.map {
            Context(tokens: $0.tokens, limit: .ratio(Ratio(expected.ratio) ?? .one))
        }
        let (logits, rows) = compressor.classes(of: contexts, in: Computation())
        let kept = LLMLingua2(parameters: .init()).keep(contexts, with: compressor, in: Computation())
        #expect(contexts.count == 3)
        for (i, one) in expected.classified.enumerated() {
            #expect(relative(logits.rowsCopy(rows[i]).values, one.logits) < 1e-5)
            guard case .selection(let indices) = kept[i].content else {
                Issue.record("it keeps no tokens")
                continue
            }
            #expect(indices == one.kept)
        }
    }

    @Test func `a decoder's additions come back from a folder`() throws {
        let folder = temporaryPath("cocom")
        let compressor = try compressor(adaptsDecoder: true)
        let configuration = try #require(compressor.decoderAdapter?.configuration)
        let card = CompressorCard(
            name: "c", method: "cocom", parameters: "{}", ratios: [4], baseHash: "h", seed: 1, steps: 1,
            trainableParameters: 1, prefix: [1], decoder: configuration)
        try compressor.save(card, baseModel: "m", to: folder)
        let opened = try StoredCompressor(folder: folder).open(on: backbone)
        #expect(opened.decoderAdapter?.configuration == configuration)
        #expect(
            opened.decoderAdapter?.tensors.mapValues(\.values)
                == compressor.decoderAdapter?.tensors.mapValues(\.values))
        #expect(opened.trainable.keys.sorted() == compressor.trainable.keys.sorted())
    }
}
