import Foundation
import LanguageModels
import Tensors
import Testing
import TestSupport

struct CheckpointTests {
    private let folder = temporaryPath("checkpoint")

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

    @Test(arguments: ["../x", "/x", "a/../../x", "a//x", "./x", "", "a/..", "x\u{0}y"])
    func `a shard outside of the folder is refused`(_ shard: String) throws {
        try FileManager.default.removeItem(at: folder)
        try FileManager.default.copyItem(at: Reference.folder("llama-linear-sharded-bf16"), to: folder)
        let index = folder.appendingPathComponent("model.safetensors.index.json")
        try changeFields(of: index) { fields in
            var map = try #require(fields["weight_map"] as? [String: String])
            map["model.norm.weight"] = shard
            fields["weight_map"] = map
        }
        expectError("which is not in the folder") { try LanguageModel(folder: folder) }
    }

    @Test func `shards may lie in a folder inside, or be links`() throws {
        try FileManager.default.removeItem(at: folder)
        try FileManager.default.copyItem(at: Reference.folder("llama-linear-sharded-bf16"), to: folder)
        let expected = try LanguageModel(folder: folder).tensors
        let inside = folder.appendingPathComponent("shards")
        try FileManager.default.createDirectory(at: inside, withIntermediateDirectories: true)
        let names = (1...4).map { "model-0000\($0)-of-00004.safetensors" }
        try FileManager.default.moveItem(
            at: folder.appendingPathComponent(names[0]), to: inside.appendingPathComponent(names[0]))
        let elsewhere = folder.deletingLastPathComponent().appendingPathComponent("blob-\(UUID())")
        try FileManager.default.moveItem(at: folder.appendingPathComponent(names[1]), to: elsewhere)
        try FileManager.default.createSymbolicLink(
            at: folder.appendingPathComponent(names[1]), withDestinationURL: elsewhere)
        let index = folder.appendingPathComponent("model.safetensors.index.json")
        try String(contentsOf: index, encoding: .utf8).replacing(names[0], with: "shards/\(names[0])")
            .write(to: index, atomically: true, encoding: .utf8)
        let checkpoint = try Checkpoint(folder: folder)
        let found = try LanguageModel(checkpoint).tensors
        #expect(found.allSatisfy { $0.value.values == expected[$0.key]?.values })
        #expect(
            checkpoint.files.map(\.name) == [
                "config.json", names[1], names[2], names[3], "model.safetensors.index.json",
                "shards/\(names[0])",
            ])
    }

    @Test func `of one file and shards beside it the file is read, and a notice says so`() throws {
        #expect(try Checkpoint(folder: folder).notices.isEmpty)
        let sharded = Reference.folder("llama-linear-sharded-bf16")
        for file in try FileManager.default.contentsOfDirectory(atPath: sharded.path)
        where file.hasPrefix("model") {
            try FileManager.default.copyItem(
                at: sharded.appendingPathComponent(file), to: folder.appendingPathComponent(file))
        }
        let checkpoint = try Checkpoint(folder: folder)
        let notice = try #require(checkpoint.notices.first)
        #expect(notice.hasPrefix("\(folder.path)/model.safetensors is read, and not the shards of"))
        #expect(
            !notice.contains("\n") && checkpoint.files.map(\.name) == ["config.json", "model.safetensors"])
        let expected = try LanguageModel(folder: Reference.folder("llama")).tensors
        let found = try LanguageModel(checkpoint).tensors
        #expect(found.allSatisfy { $0.value.values == expected[$0.key]?.values })
        // An index of that one file says the same.
        try Data(#"{"weight_map": {"model.norm.weight": "model.safetensors"}}"#.utf8)
            .write(to: folder.appendingPathComponent("model.safetensors.index.json"))
        #expect(try Checkpoint(folder: folder).notices.isEmpty)
    }

    /// Adds a tensor of another type behind those of the weights, or says that one of them is of another.
    private func store(_ name: String, as type: String) throws {
        let file = folder.appendingPathComponent("model.safetensors")
        let data = try Data(contentsOf: file)
        let length = Int(data.prefix(8).enumerated().reduce(UInt64(0)) { $0 | UInt64($1.1) << (8 * $1.0) })
        var header = try #require(
            JSONSerialization.jsonObject(with: data[8..<8 + length]) as? [String: Any])
        var body = data[(8 + length)...]
        var entry =
            header[name] as? [String: Any]
            ?? ["shape": [1, 2], "data_offsets": [body.count, body.count + 16]]
        if header[name] == nil { body += Data(repeating: 1, count: 16) }
        entry["dtype"] = type
        header[name] = entry
        let json = try JSONSerialization.data(withJSONObject: header)
        try safetensors(header: json, body).write(to: file)
    }

    @Test(arguments: [
        ("model.embeddings.position_ids", "I64"), ("model.layers.0.mlp.up_proj.weight_scale", "F8_E4M3"),
        ("model.layers.0.self_attn.q_proj.g_idx", "I32"), ("some.flag", "BOOL"),
    ])
    func `a tensor of another type that nothing needs is passed over`(_ name: String, _ type: String) throws {
        let expected = try LanguageModel(folder: Reference.folder("llama")).tensors
        try store(name, as: type)
        let found = try LanguageModel(folder: folder).tensors
        #expect(found.allSatisfy { $0.value.values == expected[$0.key]?.values })
        // In a shard, an index places it too.
        try FileManager.default.moveItem(
            at: folder.appendingPathComponent("model.safetensors"),
            to: folder.appendingPathComponent("model-1-of-1.safetensors"))
        let map = Dictionary(
            uniqueKeysWithValues: (expected.keys + [name]).map { ($0, "model-1-of-1.safetensors") })
        try JSONSerialization.data(withJSONObject: ["weight_map": map])
            .write(to: folder.appendingPathComponent("model.safetensors.index.json"))
        _ = try LanguageModel(folder: folder)
    }

    @Test(arguments: ["F8_E4M3", "I64", "F64", "U8"])
    func `a weight of a type that cannot be read is named`(_ type: String) throws {
        let name = "model.layers.1.mlp.down_proj.weight"
        try store(name, as: type)
        expectError("'\(name)' is stored as \(type), which cannot be read") {
            try LanguageModel(folder: folder)
        }
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
    @Test func `tensors that nothing reads are named`() throws {
        let file = folder.appendingPathComponent("model.safetensors")
        let own = try SafetensorsFile(file).allTensors().mapValues { $0.copy() }
        func notices(adding names: String...) throws -> [String] {
            let added = Dictionary(uniqueKeysWithValues: names.map { ($0, Tensor(shape: [2])) })
            try SafetensorsFile.write(own.merging(added) { $1 }, to: file)
            return try Checkpoint(folder: folder).notices
        }
        #expect(try notices(adding: "model.layers.0.self_attn.rotary_emb.inv_freq").isEmpty)
        #expect(
            try notices(adding: "model.layers.9.z", "other") == [
                "\(file.path) holds 'model.layers.9.z' and 1 tensors more, which nothing reads"
            ])
        // The table is the head where the configuration says so, whatever else is there.
        let config = folder.appendingPathComponent("config.json")
        let text = try String(contentsOf: config, encoding: .utf8)
        try text.replacing(#""tie_word_embeddings": false"#, with: #""tie_word_embeddings": true"#).write(
            to: config, atomically: true, encoding: .utf8)
        let tied = try notices()
        #expect(
            tied.count == 1 && tied[0].contains("holds 'lm_head.weight'")
                && tied[0].contains("embedding table"))
        let model = try LanguageModel(folder: folder)
        #expect(model.head === model.embedding)
    }

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
