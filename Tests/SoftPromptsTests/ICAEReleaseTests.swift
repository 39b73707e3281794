import Budgets
import Contract
import Foundation
import LanguageModels
import Methods
import Prompting
import Reading
import SoftPrompts
import Tensors
import Testing
import TestSupport
import Tokenizers

/// An imported ICAE against the public algorithm in PyTorch (Tests/References/icae.py).
struct ICAEReleaseTests {
    private struct Expected: Decodable {
        struct Context: Decodable {
            let tokens: [Int32]
            let kept: Int
            let slots, answer, readBack: [Float]
        }

        let alpha: Double
        let rate: Int
        let left, right: [Int32]
        let contexts: [Context]
    }

    private static let fixtures = Bundle.module.bundleURL.appendingPathComponent("Fixtures/icae")

    private let model: LanguageModel
    private let expected: Expected
    private let release = fixtures.appendingPathComponent("release.safetensors")
    private let folder = temporaryPath("icae")

    init() throws {
        model = try LanguageModel(folder: Self.fixtures)
        expected = try JSONDecoder().decode(
            Expected.self, from: Data(contentsOf: Self.fixtures.appendingPathComponent("expected.json")))
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private var method: ICAE {
        var parameters = ICAE.Parameters()
        parameters.positions = .contiguous
        return ICAE(parameters: parameters)
    }

    /// What the method keeps, and what the harness makes of it.
    private func kept(
        _ contexts: [Context], with compressor: Compressor
    ) throws -> (made: [Kept], read: [KeptContext]) {
        let preparation = method.preparation(with: compressor)
        let made = try preparation.compress(contexts, in: Computation())
        let tokenizer = try Tokenizer(folder: bundledModel)
        let backbone = Backbone(folder: Self.fixtures, model: model, tokenizer: tokenizer, contentHash: "h")
        let trial = Trial(
            method, preparation, budget: .whole, reader: Reader(backbone, format: try PromptFormat(backbone)))
        return (made, try trial.checked(made, of: contexts))
    }

    @Test func `slots and logits are those of the public algorithm`() throws {
        let imported = try ICAERelease(release, for: model, alpha: expected.alpha, rate: expected.rate)
        let ratio = try #require(Ratio(Double(expected.rate)))
        let contexts = expected.contexts.map {
            Context(SourceText(tokens: $0.tokens, prefix: expected.left), limit: .ratio(ratio))
        }
        // All contexts, of one to three segments, in one pass.
        let kept = try kept(contexts, with: imported.compressor)
        let compressed = kept.read
        for readsBack in [false, true] {
            let requests = compressed.indices.map {
                DecodingSession.Request(
                    context: $0, prompt: expected.right, maxNewTokens: 1, readsBack: readsBack)
            }
            let session = DecodingSession(compressed, requests, model: model, stop: [])
            for (i, context) in expected.contexts.enumerated() {
                #expect(compressed[i].measure.positions == context.kept && context.kept <= contexts[i].budget)
                guard case .slots(let slots, let positions) = kept.made[i].content else {
                    Issue.record("no slots for context \(i)")
                    continue
                }
                #expect(positions == Array(0..<context.kept) && kept.made[i].next == context.kept)
                #expect(kept.made[i].lead != nil)
                #expect(relative(slots.values, context.slots) < 1e-5)
                let logits = session.firstLogits.rowsCopy(i..<i + 1).values
                #expect(relative(logits, readsBack ? context.readBack : context.answer) < 1e-5)
            }
        }
    }

    @Test func `tokens are read back behind the learned embedding alone`() throws {
        let imported = try ICAERelease(release, for: model, alpha: expected.alpha, rate: expected.rate)
        let ratio = try #require(Ratio(Double(expected.rate)))
        let compressed = try kept(
            [
                Context(
                    SourceText(tokens: expected.contexts[0].tokens, prefix: expected.left),
                    limit: .ratio(ratio))
            ], with: imported.compressor
        ).read
        let request = DecodingSession.Request(
            context: 0, prompt: expected.right, maxNewTokens: 6, readsBack: true)
        let session = DecodingSession(compressed, [request], model: model, stop: [], predicting: 6)
        let output = session.finish()[0]
        // What greedy decoding gives is what one pass over it predicts.
        let read = session.predictions(of: [.init(request: 0, tokens: output)])
        #expect(output.count == 6 && read[0].prediction.isBest == output.map { _ in true })
    }

    @Test func `the folder of an imported compressor opens as the same`() throws {
        let tokenizer = try Tokenizer(folder: bundledModel)
        let backbone = Backbone(folder: Self.fixtures, model: model, tokenizer: tokenizer, contentHash: "h")
        let imported = try ICAERelease(release, for: model, alpha: expected.alpha, rate: expected.rate)
        try imported.save(
            as: "release", method: "icae", parameters: method.parametersJSON, for: backbone, to: folder)
        let stored = try StoredCompressor(folder: folder)
        #expect(stored.card.ratios == [4] && stored.card.imported?.segmentTokens == 16)
        let ratio = try #require(Ratio(4))
        let found = try CompressorFolder.fitting(
            method, Demand(.ratio(ratio)), among: [CompressorFolder(folder)])
        #expect(found.count == 1)
        let opened = try stored.open(on: backbone)
        let contexts = [Context(tokens: expected.contexts[4].tokens, limit: .ratio(ratio))]
        func slots(_ compressor: Compressor) throws -> [Float] {
            try #require(method.encode(contexts, with: compressor, in: Computation()).slots).values
        }
        #expect(try slots(opened) == slots(imported.compressor))
        #expect(opened.lead?.answer.values == imported.compressor.lead?.answer.values)

        let other = Backbone(folder: Self.fixtures, model: model, tokenizer: tokenizer, contentHash: "other")
        let error = #expect(throws: ContractError.self) { try stored.open(on: other) }
        #expect(error?.description.contains("another base model") == true)

        for file in LowRankAdapter.files {
            let (url, aside) = (folder.appendingPathComponent(file), folder.appendingPathComponent("aside"))
            try FileManager.default.moveItem(at: url, to: aside)
            let error = #expect(throws: ContractError.self) { try StoredCompressor(folder: folder) }
            #expect(error?.description.contains("\(file) is missing") == true)
            try FileManager.default.moveItem(at: aside, to: url)
        }
    }

    @Test func `a file that is no release is refused in one line`() throws {
        let sound = try SafetensorsFile(release).tensors
        func expectRefusal(_ part: String, _ change: (inout [String: Tensor]) -> Void) throws {
            var tensors = sound
            change(&tensors)
            let file = folder.appendingPathComponent("changed.safetensors")
            try SafetensorsFile.write(tensors, to: file)
            let error = #expect(throws: ModelError.self) { try ICAERelease(file, for: model) }
            let text = error?.description ?? ""
            #expect(
                text.contains(part) && text.contains("changed.safetensors") && !text.contains("\n"), "\(text)"
            )
        }
        let name = "icae.base_model.model.model.layers.1.self_attn.v_proj.lora_B.default.weight"
        try expectRefusal("memory_token_embed.weight") { $0["memory_token_embed.weight"] = nil }
        try expectRefusal("[7, 25]") { $0["memory_token_embed.weight"] = Tensor(shape: [7, 25]) }
        try expectRefusal("[3, 24]") { $0["memory_token_embed.weight"] = Tensor(shape: [3, 24]) }
        try expectRefusal("lora_B") { $0[name] = nil }
        try expectRefusal("belongs to another model") { $0[name] = Tensor(shape: [24, 3]) }
        try expectRefusal("'extra' is no part") { $0["extra"] = Tensor(shape: [1]) }
        try expectRefusal("not finite") {
            $0[name] = Tensor([Float](repeating: .nan, count: 48), shape: [16, 3])
        }

        for magic in [Data("PK\u{3}\u{4}".utf8), Data([0x80, 2, 0x8a, 10])] {
            let pickle = folder.appendingPathComponent("release.pt")
            try (magic + Data(repeating: 0, count: 64)).write(to: pickle)
            let error = #expect(throws: ModelError.self) { try ICAERelease(pickle, for: model) }
            #expect(error?.description.contains("convert it to safetensors") == true)
        }
    }
}
