import Foundation
import LanguageModels
import Tensors
import Testing
import TestSupport

/// What the hash of a model is of.
struct BackboneTests {
    private let folder = temporaryPath("backbone")

    private func copy(_ names: String...) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for name in names {
            try FileManager.default.copyItem(
                at: bundledModel.appendingPathComponent(name), to: folder.appendingPathComponent(name))
        }
    }

    private func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: folder.appendingPathComponent(name))
    }

    /// Stored cells and compressors name it.
    @Test func `the bundled model has the hash that it always had`() throws {
        #expect(
            try Backbone(folder: bundledModel).contentHash
                == "ce33cfa71ed43af3b4093299599575fa97adaa1bdbe2c3b57dbc9542b784b280")
    }

    @Test func `every file that is read is in the hash, and no other`() throws {
        try copy("config.json", "tokenizer.json")
        let tensors = try LanguageModel(folder: bundledModel).tensors
        let isFirst = { (name: String) in name.contains(".layers.") }
        // The second shard is named as no file of weights is.
        let shards = [
            "first.safetensors": tensors.filter { isFirst($0.key) },
            "second.part": tensors.filter { !isFirst($0.key) },
        ]
        for (name, part) in shards {
            try SafetensorsFile.write(part, to: folder.appendingPathComponent(name))
        }
        let map = tensors.keys.map { #""\#($0)": "\#(isFirst($0) ? "first.safetensors" : "second.part")""# }
        try write(#"{"weight_map": {\#(map.joined(separator: ","))}}"#, to: "model.safetensors.index.json")
        try write(#"{"eos_token_id": 2}"#, to: "generation_config.json")
        try write(#"{"add_bos_token": true}"#, to: "tokenizer_config.json")
        let hash = try Backbone(folder: folder).contentHash

        try write("other", to: "README.md")
        try SafetensorsFile.write([:], to: folder.appendingPathComponent("consolidated.safetensors"))
        #expect(try Backbone(folder: folder).contentHash == hash)
        for name in [
            "config.json", "tokenizer.json", "first.safetensors", "second.part",
            "model.safetensors.index.json",
            "generation_config.json", "tokenizer_config.json",
        ] {
            let file = folder.appendingPathComponent(name)
            let sound = try Data(contentsOf: file)
            // A number of a tensor, or a space behind JSON.
            try
                (name.hasSuffix("json")
                ? sound + Data(" ".utf8) : sound.dropLast() + [sound[sound.count - 1] ^ 1])
                .write(to: file)
            #expect(try Backbone(folder: folder).contentHash != hash, "\(name)")
            try sound.write(to: file)
        }
        #expect(try Backbone(folder: folder).contentHash == hash)
    }

    @Test func `a hash is of names, sizes and contents in order`() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let long = String(repeating: "abc", count: 1 << 19)
        try write(long, to: "long")
        let file = folder.appendingPathComponent("long")
        var (first, second) = (ContentHash(), ContentHash())
        let digest = try first.addWithDigest(file, named: "name")
        second.add(Data(long.utf8), named: "name")
        // `yes abc | tr -d '\n' | head -c 1572864 | sha256sum`
        #expect(digest == "0837d29981acf44f8524af3c3fa54dab13a8c5786525d09da856176558dcdfd6")
        #expect(first.finish() == second.finish())
        var third = ContentHash()
        try third.add(file, named: "other")
        #expect(third.finish() != first.finish())
    }

    @Test func `what is no file is not read`() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (file, found) in [
            (folder, " is a folder, not"), (folder.appendingPathComponent("none"), ": there is no file"),
            (URL(fileURLWithPath: "/dev/zero"), " is a device, not"),
        ] {
            var hash = ContentHash()
            let error = #expect(throws: (any Error).self) { try hash.add(file, named: "x") }
            #expect(String(describing: error).contains(file.path + found))
        }
    }
}
