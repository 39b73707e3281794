import Budgets
import Contract
import Foundation
import LanguageModels
import Methods
import Seeding
import SoftPrompts
import Tensors
import Testing
import TestSupport

/// A compressor's folder that is not what its card says is refused in one line.
struct CompressorFolderTests {
    private let backbone: Backbone
    private let folder = temporaryPath("folder")

    init() throws {
        backbone = try Backbone(folder: bundledModel)
    }

    private static let bundled = bundledModel.appendingPathComponent("compressors")

    private func file(_ name: String) -> URL { folder.appendingPathComponent(name) }

    private func copy(_ name: String) throws {
        try FileManager.default.copyItem(at: Self.bundled.appendingPathComponent(name), to: folder)
    }

    private func makeAdapted() throws {
        var generator = SeededGenerator(seed: 5)
        let adapter = try LowRankAdapter(
            LowRankConfiguration(rank: 2, alpha: 4, targets: .allLinear), for: backbone.model,
            using: &generator)
        let card = CompressorCard(
            name: "adapted", method: "icae", parameters: "{}", ratios: [4], baseHash: backbone.contentHash,
            seed: 5, steps: 1, trainableParameters: 1, prefix: [1])
        try Compressor(for: backbone.model, adapter: adapter).save(card, baseModel: "m", to: folder)
    }

    /// Changes the card's fields.
    private func changeCard(
        of name: String = "", _ change: (inout [String: Any]) throws -> Void
    ) throws {
        try changeFields(of: file(name).appendingPathComponent("compressor.json"), change)
    }

    private func expectRefusal(
        _ parts: String..., open: ((URL) throws -> Void)? = nil,
        at location: SourceLocation = #_sourceLocation
    ) {
        do {
            try open.map { try $0(folder) }
                ?? { _ = try StoredCompressor(folder: folder).open(on: backbone) }()
            Issue.record("no error for \(parts)", sourceLocation: location)
        } catch {
            let text = "\(error)"
            #expect(
                parts.allSatisfy(text.contains) && text.contains(folder.lastPathComponent)
                    && !text.contains("\n"), "\(text)", sourceLocation: location)
        }
    }

    /// Stored cells name them: a list in the card makes no other compressor.
    @Test(arguments: [
        ("pic", "01ce3dc7fe81f33ccdd42904d04b05b990c914991ad26cebbfb15e826b572c94"),
        ("icae", "1b9d3d0ba6ffe1f1bacfedc778250f6f476a9bf0d37b963c54d52d0bf173fd5b"),
        ("mean-pooling", "3491243a13c096f936ca1007317d2f6109dd4205a95f1e8d395d65253b4ecde9"),
    ])
    func `the bundled compressors have the hashes that they were committed with`(
        _ name: String, _ hash: String
    ) throws {
        let stored = try StoredCompressor(folder: Self.bundled.appendingPathComponent(name))
        #expect(stored.contentHash == hash)
        #expect(stored.card.files?.keys.sorted() == ["encoder.safetensors", "memory.safetensors"])
    }

    @Test(arguments: [
        "encoder.safetensors", "memory.safetensors", "adapter_config.json", "adapter_model.safetensors",
    ])
    func `a file that is missing, added or changed`(_ name: String) throws {
        if name.hasPrefix("adapter") { try makeAdapted() } else { try copy("pic") }
        _ = try StoredCompressor(folder: folder).open(on: backbone)
        let sound = try Data(contentsOf: file(name))
        try FileManager.default.removeItem(at: file(name))
        expectRefusal("\(name) is missing, which its card lists")
        for place in [sound.count - 1, sound.count / 2, 0] {
            var changed = sound
            changed[place] ^= 1
            try changed.write(to: file(name))
            expectRefusal("\(name) is not the file that its card lists: its SHA-256 is ", ", expected ")
        }
        try sound.dropLast().write(to: file(name))
        expectRefusal("\(name) is not the file that its card lists")
        try sound.write(to: file(name))
        let other = name.hasPrefix("adapter") ? "encoder.safetensors" : "adapter_config.json"
        try Data("{}".utf8).write(to: file(other))
        expectRefusal("its card does not list \(other)")
        try FileManager.default.removeItem(at: file(other))
        // Nobody reads these.
        for name in ["training.log", "checkpoint.safetensors", "README.md"] {
            try Data("x".utf8).write(to: file(name))
        }
        _ = try StoredCompressor(folder: folder).open(on: backbone)
    }

    @Test func `a folder without its card is not passed over`() throws {
        let parent = folder
        try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
        let lost = parent.appendingPathComponent("mean-pooling")
        try FileManager.default.copyItem(at: Self.bundled.appendingPathComponent("mean-pooling"), to: lost)
        let resources = Resources(backbone, compressors: [parent])
        let ratio = try #require(Ratio(4))
        let method = MeanPooling(parameters: .init())
        #expect(
            try method.preparations(for: Demand(.ratio(ratio)), from: resources).first?.content?.isTrained
                == true)
        try FileManager.default.removeItem(at: lost.appendingPathComponent("compressor.json"))
        // It works without weights, which is why nobody would see that they are lost.
        expectRefusal("mean-pooling cannot be used: compressor.json is missing") { _ in
            _ = try method.preparations(
                for: Demand(.ratio(ratio)), from: Resources(backbone, compressors: [parent]))
        }
        // A training that has just begun has neither.
        for name in ["encoder.safetensors", "memory.safetensors"] {
            try FileManager.default.removeItem(at: lost.appendingPathComponent(name))
        }
        #expect(try CompressorFolder.all(in: parent).isEmpty)
    }

    @Test func `ratios at which a training measured its compressor are served, as beyond it`() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: Self.bundled.appendingPathComponent("pic"), to: file("pic"))
        try changeCard(of: "pic") {
            $0["ratios"] = [4, 16]
            $0["measuredRatios"] = [64]
        }
        let method = PIC(parameters: .init())
        func content(_ ratio: Double) throws -> PreparedContent? {
            let demand = Demand(.ratio(try #require(Ratio(ratio))))
            let resources = Resources(backbone, compressors: [folder])
            return try method.preparations(for: demand, from: resources).first?.content
        }
        let (within, beyond) = (try content(8), try content(64))
        #expect(within?.isBeyondTraining == false && within?.warnings == [])
        #expect(beyond?.isBeyondTraining == true && beyond?.hash == within?.hash)
        #expect(beyond?.warnings == ["pic is used at 64x, beyond the 4x, 16x of its training"])
        #expect(throws: ContractError.self) { try content(128) }
    }

    @Test func `a compressor that is not used stops nobody`() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for name in ["pic", "icae"] {
            try FileManager.default.copyItem(at: Self.bundled.appendingPathComponent(name), to: file(name))
        }
        try FileManager.default.removeItem(at: file("icae/encoder.safetensors"))
        let resources = Resources(backbone, compressors: [folder])
        let demand = Demand(.ratio(try #require(Ratio(4))))
        #expect(try PIC(parameters: .init()).preparations(for: demand, from: resources).count == 1)
        expectRefusal("icae cannot be used: encoder.safetensors is missing") { _ in
            _ = try ICAE(parameters: .init()).preparations(for: demand, from: resources)
        }
    }

    @Test func `a card of an earlier version is renewed, and the compressor stays the same`() throws {
        try copy("pic")
        let before = try StoredCompressor(folder: folder)
        let card = try Data(contentsOf: file("compressor.json"))
        try changeCard { $0["files"] = nil }
        expectRefusal("lists no files; renew it with 'picbench import compressor \(folder.path)'")
        #expect(try CompressorFolder(folder).renewCard(for: backbone))
        #expect(try Data(contentsOf: file("compressor.json")) == card)
        #expect(try StoredCompressor(folder: folder).contentHash == before.contentHash)
        #expect(try !CompressorFolder(folder).renewCard(for: backbone))
        // What is not whole stays as it is.
        try changeCard { $0["files"] = nil }
        try FileManager.default.removeItem(at: file("encoder.safetensors"))
        expectRefusal(
            "it holds memory.safetensors, expected encoder.safetensors, memory.safetensors; or adapter_config"
        ) {
            _ = try CompressorFolder($0).renewCard(for: backbone)
        }
        #expect(try CompressorFolder(folder).card.files == nil)
    }

    /// As earlier versions stored layers: in float32, with numbers that bfloat16 has to round.
    private func widenEncoder() throws {
        let layers = try SafetensorsFile(file("encoder.safetensors")).allTensors().mapValues { stored in
            let wide = stored.copy()
            if wide.shape.count == 2 { wide.assign(wide.values.map { $0 * 1.001 }) }
            return wide
        }
        try SafetensorsFile.write(layers, to: file("encoder.safetensors"))
        try changeCard { $0["files"] = nil }
        #expect(try CompressorFolder(folder).renewCard(for: backbone))
    }

    @Test func `written again it takes half the room and does the same`() throws {
        try copy("icae")
        try widenEncoder()
        let size = try Data(contentsOf: file("encoder.safetensors")).count
        let before = try StoredCompressor(folder: folder).open(on: backbone)
        try CompressorFolder(folder).rewrite(for: backbone)
        #expect(try Data(contentsOf: file("encoder.safetensors")).count < size * 11 / 20)
        let after = try StoredCompressor(folder: folder).open(on: backbone)
        #expect(after.memory.values == before.memory.values)
        let context = Context(
            tokens: (0..<40).map { Int32(300 + $0) }, limit: .ratio(try #require(Ratio(4))))
        func slots(_ compressor: Compressor) throws -> [Float] {
            try #require(
                ICAE(parameters: .init()).encode([context], with: compressor, in: Computation()).slots
            ).values
        }
        let distance = try relative(slots(after), slots(before))
        #expect(0 < distance && distance < 0.02)
        // Rounded once, rounded for good.
        let files = try StoredCompressor(folder: folder).contentHash
        try CompressorFolder(folder).rewrite(for: backbone)
        #expect(try StoredCompressor(folder: folder).contentHash == files)
    }

    @Test func `renewing hides no damage`() throws {
        try copy("pic")
        try Data("{}".utf8).write(to: file("adapter_config.json"))
        expectRefusal("does not list adapter_config.json") {
            _ = try CompressorFolder($0).renewCard(for: backbone)
        }
        try changeCard { $0["files"] = nil }
        expectRefusal("it holds adapter_config.json, encoder.safetensors, memory.safetensors") {
            _ = try CompressorFolder($0).renewCard(for: backbone)
        }
        try FileManager.default.removeItem(at: file("adapter_config.json"))
        try changeCard { $0["baseHash"] = "other" }
        expectRefusal("another base model") { _ = try CompressorFolder($0).renewCard(for: backbone) }
    }

    @Test func `a list that names other files`() throws {
        try copy("pic")
        for name in ["../x", "/etc/hostname", "extra.safetensors", "compressor.json"] {
            let sound = try Data(contentsOf: file("compressor.json"))
            try changeCard { fields in
                var files = fields["files"] as? [String: String] ?? [:]
                files[name] = String(repeating: "0", count: 64)
                fields["files"] = files
            }
            expectRefusal("\(name) is missing, which its card lists")
            try sound.write(to: file("compressor.json"))
        }
        try changeCard { $0["files"] = ["memory.safetensors": 7] }
        expectRefusal("compressor.json is not sound: ")
    }

    /// What a list cannot see: it is of the files as they are.
    @Test func `weights that are not those of a compressor`() throws {
        func expectDamage(_ name: String, _ part: String, _ change: (inout [String: Tensor]) -> Void) throws {
            try? FileManager.default.removeItem(at: folder)
            try copy("pic")
            var tensors = try SafetensorsFile(file(name)).tensors.mapValues { $0.copy() }
            change(&tensors)
            try SafetensorsFile.write(tensors, to: file(name))
            try listAgain(name, in: folder)
            expectRefusal(part)
        }
        let layer = "model.layers.0.mlp.up_proj.weight"
        let encoder = "encoder.safetensors"
        try expectDamage(encoder, "\(encoder) holds no tensor '\(layer)'") { $0[layer] = nil }
        try expectDamage(encoder, "\(encoder) holds no tensor 'model.norm.weight'") {
            $0["model.norm.weight"] = nil
        }
        try expectDamage(encoder, "'\(layer)' has the shape [1, 1]") { $0[layer] = Tensor(shape: [1, 1]) }
        try expectDamage(encoder, "holds 'model.embed_tokens.weight', which is no part") {
            $0["model.embed_tokens.weight"] = Tensor(shape: [1, 1])
        }
        let memory = "memory.safetensors"
        try expectDamage(memory, "holds 'lead.answer', which is no part") {
            $0["lead.answer"] = Tensor(shape: [1, 1])
        }
        try expectDamage(memory, "holds 'projection' of shape []") { $0["projection"] = nil }
    }

    @Test(arguments: ["encoder.safetensors", "memory.safetensors"])
    func `a tensor of another type is named`(_ name: String) throws {
        try copy("pic")
        let header = #"{"x":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}"#
        try safetensors(header: header.utf8, Data(count: 8)).write(to: file(name))
        try listAgain(name, in: folder)
        expectRefusal("\(name): 'x' is stored as I64, which cannot be read")
    }

    @Test func `a compressor that is replaced during a run is not scored under the old one's hash`() throws {
        try copy("pic")
        let stored = try StoredCompressor(folder: folder)
        try FileManager.default.removeItem(at: folder)
        try copy("icae")
        expectRefusal("another one was put in its place") { _ in _ = try stored.open(on: backbone) }
    }
}
