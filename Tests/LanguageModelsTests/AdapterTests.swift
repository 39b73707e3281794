import Foundation
import LanguageModels
import Seeding
import Tensors
import Testing
import TestSupport

/// Adapters against PEFT, both ways (Tests/References/adapters.py).
struct AdapterTests {
    private struct Expected: Decodable {
        let tokens: [[Int32]]
        let base: [Float]
        let logits: [String: [Float]]
    }

    private let model: LanguageModel
    private let expected: Expected

    init() throws {
        model = try LanguageModel(folder: Reference.folder("llama"))
        expected = try JSONDecoder().decode(
            Expected.self, from: Data(contentsOf: Reference.folder("adapters.json")))
    }

    private func logits(_ adapter: LowRankAdapter?, of other: LanguageModel? = nil) -> [Float] {
        let model = other ?? model
        let c = Computation()
        let packed = Packed(expected.tokens)
        let hidden = model.hidden(
            model.embed(packed.rows, in: c), positions: packed.positions, visibility: packed.visibility,
            adapter: adapter, in: c)
        return model.logits(hidden, in: c).values
    }

    @Test(arguments: ["names", "all-linear-rslora", "pattern", "ours"])
    func `logits with an adapter are those of PEFT`(_ name: String) throws {
        let adapter = try LowRankAdapter(folder: Reference.folder("adapters/\(name)"), for: model)
        let found = try #require(expected.logits[name])
        #expect(distance(logits(adapter), found) < 1e-5)
        #expect(distance(found, expected.base) > 0.01)
        #expect(distance(logits(nil, of: model.merged(with: adapter)), found) < 1e-5)
    }

    /// What PEFT loaded for `ours` is what is written today.
    @Test func `an adapter is written as PEFT reads it`() throws {
        var generator = SeededGenerator(seed: 11)
        let configuration = LowRankConfiguration(rank: 3, alpha: 5, targets: .allLinear, rslora: true)
        let adapter = try LowRankAdapter(configuration, for: model, using: &generator)
        for (_, pair) in adapter.pairs.sorted(by: { $0.key < $1.key }) {
            pair.up.assign((0..<pair.up.count).map { _ in Float(generator.normal() * 0.2) })
        }
        let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/adapters/ours")
        if ProcessInfo.processInfo.environment["PICBENCH_ACCEPT"] != nil {
            try adapter.save(to: fixture, baseModel: "llama")
        }
        let folder = temporaryPath("adapter")
        try adapter.save(to: folder, baseModel: "llama")
        for file in [LowRankAdapter.configurationFile, LowRankAdapter.weightsFile] {
            #expect(
                try Data(contentsOf: folder.appendingPathComponent(file))
                    == Data(contentsOf: fixture.appendingPathComponent(file)), "\(file)")
        }
        let again = try LowRankAdapter(folder: folder, for: model)
        #expect(again.scale == adapter.scale && again.tensors.keys == adapter.tensors.keys)
        #expect(logits(again) == logits(adapter))
    }

    @Test(arguments: [
        (#""use_dora": false"#, #""use_dora": true"#, "use_dora is true"),
        (#""bias": "none""#, #""bias": "all""#, "bias is all"),
        (#""peft_type": "LORA""#, #""peft_type": "IA3""#, "peft_type is IA3"),
        (#""rank_pattern": {}"#, #""rank_pattern": {"q_proj": 2}"#, "rank_pattern is"),
        (#""modules_to_save": null"#, #""modules_to_save": ["lm_head"]"#, "modules_to_save is"),
        (#""init_lora_weights": true"#, #""init_lora_weights": "pissa""#, "init_lora_weights is pissa"),
        (#""r": 3"#, #""r": 4"#, "rank 4 ask for [4, 24]"),
        (#""r": 3"#, #""r": 1099511627776"#, "r is 1099511627776"),
        (#""r": 3"#, #""r": -3"#, "r is -3"),
        (#""lora_alpha": 8"#, #""lora_alpha": "eight""#, "lora_alpha is eight"),
        (#""q_proj""#, #""k_proj""#, "no tensor 'base_model.model.model.layers.0.self_attn.k_proj.lora_A"),
        (#""q_proj""#, #""w_proj""#, "'w_proj' is none of the model's"),
        ("{", "", "not a JSON object"),
    ])
    func `an adapter that cannot be used is refused in one line`(
        _ sound: String, _ broken: String, _ part: String
    ) throws {
        let folder = temporaryPath("adapter")
        try FileManager.default.copyItem(at: Reference.folder("adapters/names"), to: folder)
        let file = folder.appendingPathComponent(LowRankAdapter.configurationFile)
        let text = try String(contentsOf: file, encoding: .utf8)
        let range = try #require(text.range(of: sound))
        try text.replacingCharacters(in: range, with: broken).write(
            to: file, atomically: true, encoding: .utf8)
        let error = #expect(throws: ModelError.self) { try LowRankAdapter(folder: folder, for: model) }
        let message = error?.description ?? ""
        #expect(
            message.contains(part) && message.contains("adapter-") && !message.contains("\n"), "\(message)")
    }

    @Test func `an adapter with another vocabulary is refused in one line`() throws {
        let folder = temporaryPath("adapter")
        try FileManager.default.copyItem(at: Reference.folder("adapters/names"), to: folder)
        let file = folder.appendingPathComponent(LowRankAdapter.weightsFile)
        var tensors = try SafetensorsFile(file).tensors
        tensors["base_model.model.model.embed_tokens.weight"] = Tensor(shape: [33, 24])
        try SafetensorsFile.write(tensors, to: file)
        let error = #expect(throws: ModelError.self) { try LowRankAdapter(folder: folder, for: model) }
        #expect(error?.description.contains("has the shape [33, 24], the model's vocabulary has 31") == true)
    }

    @Test func `what an adapter's folder lacks is named`() throws {
        let folder = temporaryPath("adapter")
        for file in LowRankAdapter.files {
            try? FileManager.default.removeItem(at: folder)
            try FileManager.default.copyItem(at: Reference.folder("adapters/names"), to: folder)
            let url = folder.appendingPathComponent(file)
            try FileManager.default.removeItem(at: url)
            let error = #expect(throws: ModelError.self) { try LowRankAdapter(folder: folder, for: model) }
            #expect(error?.description.hasPrefix("\(url.path) is missing; ") == true)
        }
    }

    @Test func `a tensor that fits nothing of the model is named`() throws {
        let folder = temporaryPath("adapter")
        try FileManager.default.copyItem(at: Reference.folder("adapters/names"), to: folder)
        let file = folder.appendingPathComponent(LowRankAdapter.weightsFile)
        var tensors = try SafetensorsFile(file).tensors
        let name = "base_model.model.model.layers.0.self_attn.rotary.lora_A.weight"
        tensors[name] = Tensor(shape: [3, 24])
        try SafetensorsFile.write(tensors, to: file)
        let error = #expect(throws: ModelError.self) { try LowRankAdapter(folder: folder, for: model) }
        #expect(error?.description.contains("'\(name)' adds to no projection of this model") == true)

        // Nor is one of another type passed over: everything in an adapter is meant.
        let header = #"{"x.lora_A.weight":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}"#
        try safetensors(header: header.utf8, Data(count: 4)).write(to: file)
        let other = #expect(throws: SafetensorsError.self) { try LowRankAdapter(folder: folder, for: model) }
        #expect(other?.description.contains("'x.lora_A.weight' is stored as F8_E4M3") == true)
    }

    @Test func `an adapter of another model is refused in one line`() throws {
        let other = try LanguageModel(folder: Reference.folder("qwen3"))
        let error = #expect(throws: ModelError.self) {
            try LowRankAdapter(folder: Reference.folder("adapters/names"), for: other)
        }
        #expect(error?.description.contains("belongs to another model") == true)
    }
}
