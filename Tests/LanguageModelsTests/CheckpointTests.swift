import Foundation
import LanguageModels
import Tensors
import Testing

struct CheckpointTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("checkpoint-\(UUID())")

    init() throws {
        try FileManager.default.copyItem(at: Reference.folder("llama"), to: folder)
    }

    @Test func `a saved model is the model`() throws {
        let model = try LanguageModel(folder: folder)
        let copy = folder.appendingPathComponent("copy")
        try model.save(to: copy)
        let again = try LanguageModel(folder: copy)
        #expect(again.configuration == model.configuration)
        for (name, tensor) in model.tensors { #expect(again.tensors[name]?.values == tensor.values) }
    }

    @Test func `a missing folder or file is named`() throws {
        expectError("nowhere") { try LanguageModel(folder: folder.appendingPathComponent("nowhere")) }
        try FileManager.default.removeItem(at: folder.appendingPathComponent("model.safetensors"))
        expectError("model.safetensors") { try LanguageModel(folder: folder) }
        try FileManager.default.removeItem(at: folder.appendingPathComponent("config.json"))
        expectError("config.json") { try LanguageModel(folder: folder) }
    }

    @Test func `truncated weights are refused`() throws {
        let file = folder.appendingPathComponent("model.safetensors")
        let data = try Data(contentsOf: file)
        for length in [0, 5, 100, data.count / 2, data.count - 1] {
            try data.prefix(length).write(to: file)
            expectError("model.safetensors") { try LanguageModel(folder: folder) }
        }
    }

    @Test(arguments: [
        (#""hidden_size": 24"#, #""hidden_size": 32"#), (#""hidden_size": 24"#, #""hidden_size": -1"#),
        (#""hidden_size": 24"#, #""hidden_size": "wide""#),
        (#""num_attention_heads": 4"#, #""num_attention_heads": 0"#),
        (#""num_key_value_heads": 2"#, #""num_key_value_heads": 3"#),
        (#""LlamaForCausalLM""#, #""GPT2LMHeadModel""#),
        (#""num_hidden_layers": 2"#, #""num_hidden_layers": 3"#),
        (#""hidden_act": "silu""#, #""hidden_act": "gelu""#),
        (#""rope_type": "default""#, #""rope_type": "unheard-of""#), ("{", ""),
    ])
    func `a configuration that does not fit is refused`(_ sound: String, _ broken: String) throws {
        let file = folder.appendingPathComponent("config.json")
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text.contains(sound))
        let range = try #require(text.range(of: sound))
        try text.replacingCharacters(in: range, with: broken).write(
            to: file, atomically: true, encoding: .utf8)
        expectError("checkpoint-") { try LanguageModel(folder: folder) }
    }

    @Test func `shards that lack what the index says are named`() throws {
        try FileManager.default.removeItem(at: folder)
        try FileManager.default.copyItem(at: Reference.folder("llama-linear-sharded-bf16"), to: folder)
        let index = folder.appendingPathComponent("model.safetensors.index.json")
        let text = try String(contentsOf: index, encoding: .utf8)
        let moved = try #require(text.range(of: #""model.norm.weight": "model-0000"#))
        try text.replacingCharacters(in: moved, with: #""model.norm.weight": "model-0001"#)
            .write(to: index, atomically: true, encoding: .utf8)
        expectError("model-0001") { try LanguageModel(folder: folder) }
        try text.replacing("model.norm.weight", with: "model.other.weight")
            .write(to: index, atomically: true, encoding: .utf8)
        expectError("'model.other.weight'") { try LanguageModel(folder: folder) }
        try text.write(to: index, atomically: true, encoding: .utf8)
        _ = try LanguageModel(folder: folder)
        try FileManager.default.removeItem(
            at: folder.appendingPathComponent("model-00002-of-00004.safetensors"))
        expectError("model-00002-of-00004.safetensors is missing") { try LanguageModel(folder: folder) }
    }

    @Test(arguments: [
        "model.layers.1.mlp.down_proj.weight", "model.layers.0.self_attn.k_proj.weight", "lm_head.weight",
        "model.embed_tokens.weight",
    ])
    func `weights that are no numbers are named`(_ name: String) throws {
        let sound = try LanguageModel(folder: folder)
        try sound.requireFiniteWeights(of: folder)
        for value in [Float.nan, .infinity] {
            var tensors = sound.tensors
            let broken = try #require(tensors[name]).copy()
            broken[1, 2] = value
            tensors[name] = broken
            try SafetensorsFile.write(tensors, to: folder.appendingPathComponent("model.safetensors"))
            expectError("'\(name)' holds numbers that are not finite") {
                let model = try LanguageModel(folder: folder)
                try model.requireFiniteWeights(of: folder)
                return model
            }
        }
    }

    /// One line that names what is wrong.
    private func expectError(_ part: String, _ body: () throws -> LanguageModel) {
        do {
            _ = try body()
            Issue.record("no error for \(part)")
        } catch {
            let text = "\(error)"
            #expect(
                text.contains(part) && text.contains(folder.lastPathComponent) && !text.contains("\n"),
                "\(text)")
        }
    }
}
