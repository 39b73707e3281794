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
import Tokenizers

/// Thousands of damaged folders: each opens and computes, or is refused in one line; nothing traps.
///
/// A trap ends the whole test process, so that these tests fail as loudly as can be.
struct FuzzTests {
    private static let fixtures = Bundle.module.bundleURL.appendingPathComponent("Fixtures/icae")

    private let folder = temporaryPath("fuzz")

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for file in ["config.json", "model.safetensors"] {
            try FileManager.default.copyItem(
                at: Self.fixtures.appendingPathComponent(file), to: folder.appendingPathComponent(file))
        }
    }

    /// Damages `file` again and again, and sees that `open` throws one line or works.
    /// - Returns: how often it was refused
    private func damage(
        _ file: String, times: Int, seed: UInt64, open: () throws -> Void
    ) throws -> Int {
        let url = folder.appendingPathComponent(file)
        let sound = try Data(contentsOf: url)
        defer { try? sound.write(to: url) }
        var generator = SeededGenerator(seed: seed, stream: file)
        var refused = 0
        for round in 0..<times {
            let damaged =
                file.hasSuffix(".json")
                ? Damage.json(sound, using: &generator) : Damage.safetensors(sound, using: &generator)
            try damaged.write(to: url)
            do {
                try open()
            } catch {
                refused += 1
                let text = "\(error)"
                #expect(
                    (error is ModelError || error is SafetensorsError || error is ContractError)
                        && !text.contains("\n") && text.count < 1000, "round \(round): \(text)")
            }
        }
        return refused
    }

    @Test(arguments: [("config.json", 2000), ("model.safetensors", 2000)])
    func `a damaged checkpoint`(_ file: String, _ times: Int) throws {
        let refused = try damage(file, times: times, seed: 1) {
            let model = try LanguageModel(folder: folder)
            try model.requireFiniteWeights(of: folder)
        }
        #expect(refused > times / 4 && refused < times)
    }

    @Test(arguments: [(LowRankAdapter.configurationFile, 1000), (LowRankAdapter.weightsFile, 1000)])
    func `a damaged adapter`(_ file: String, _ times: Int) throws {
        let model = try LanguageModel(folder: folder)
        var generator = SeededGenerator(seed: 2)
        try LowRankAdapter(
            LowRankConfiguration(rank: 2, alpha: 4, targets: .named(["q_proj", "v_proj"])), for: model,
            using: &generator
        ).save(to: folder, baseModel: "m")
        let refused = try damage(file, times: times, seed: 2) {
            _ = model.merged(with: try LowRankAdapter(folder: folder, for: model))
        }
        #expect(refused > times / 4 && refused < times)
    }

    @Test(arguments: [
        ("compressor.json", 1000), ("memory.safetensors", 1000), (LowRankAdapter.configurationFile, 500),
        (LowRankAdapter.weightsFile, 500),
    ])
    func `a damaged compressor`(_ file: String, _ times: Int) throws {
        let model = try LanguageModel(folder: folder)
        let tokenizer = try Tokenizer(folder: repository.appendingPathComponent("Models/gazette-1m"))
        let backbone = Backbone(folder: folder, model: model, tokenizer: tokenizer, contentHash: "h")
        let method = ICAE(parameters: .init())
        let release = try ICAERelease(Self.fixtures.appendingPathComponent("release.safetensors"), for: model)
        try release.save(
            as: "c", method: "icae", parameters: method.parametersJSON, for: backbone, to: folder)
        let ratio = try #require(Ratio(4))
        let refused = try damage(file, times: times, seed: 3) {
            if file != "compressor.json" { try listAgain(file, in: folder) }
            let found = try CompressorFolder(folder)
            guard try !CompressorFolder.fitting(method, Demand(.ratio(ratio)), among: [found]).isEmpty else {
                return
            }
            let preparation = method.preparation(with: try StoredCompressor(found).open(on: backbone))
            let context = Context(tokens: (0..<40).map { Int32($0 % 31) }, limit: .ratio(ratio))
            _ = try preparation.compress([context], in: Computation())
        }
        #expect(refused > times / 4 && refused < times)
    }

    @Test func `a tokenizer of another model is refused in one line`() throws {
        try FileManager.default.copyItem(
            at: repository.appendingPathComponent("Models/gazette-1m/tokenizer.json"),
            to: folder.appendingPathComponent("tokenizer.json"))
        let error = #expect(throws: ModelError.self) { try Backbone(folder: folder) }
        #expect(error?.description.contains("the embedding table 31 rows") == true)
    }
}

/// Ways to damage files, seeded.
enum Damage {
    private static var values: [Any] {
        [
            NSNull(), -1, 0, 1, 2, 3, 7, 255, 1 << 31, 1 << 40, 1 << 53, 1 << 60, Int.max, Int.min, 0.5, -2.5,
            1e30, 1e300,
            true, false, "", "text", "bfloat16", "q_proj", [Any](), [1, 2], [-1], ["a"], [[1]],
            [String: Any](),
            ["a": 1], ["rope_type": "yarn", "factor": 0], ["rope_type": "dynamic", "factor": 1e300],
            ["rope_type": "linear", "factor": "x"], ["rope_type": "llama3", "factor": 8],
        ]
    }

    /// A JSON document with a value replaced or removed, or with bytes changed.
    static func json(_ data: Data, using generator: inout SeededGenerator) -> Data {
        guard generator.unit() < 0.8, let root = try? JSONSerialization.jsonObject(with: data) else {
            return bytes(data, using: &generator)
        }
        var changed = root
        for _ in 0..<generator.integer(in: 1...3) { changed = replaced(changed, using: &generator) }
        return (try? JSONSerialization.data(withJSONObject: changed, options: .fragmentsAllowed)) ?? data
    }

    private static func replaced(_ value: Any, using generator: inout SeededGenerator) -> Any {
        if var object = value as? [String: Any], !object.isEmpty, generator.unit() < 0.97 {
            let key = generator.element(of: object.keys.sorted())
            if generator.unit() < 0.15 {
                object[key] = nil
            } else {
                object[key] = replaced(object[key] ?? NSNull(), using: &generator)
            }
            return object
        }
        if var list = value as? [Any], !list.isEmpty, generator.unit() < 0.7 {
            let index = generator.integer(below: list.count)
            list[index] = replaced(list[index], using: &generator)
            return list
        }
        return generator.element(of: values)
    }

    /// A file of tensors whose header, its length or the whole is damaged.
    static func safetensors(_ data: Data, using generator: inout SeededGenerator) -> Data {
        let length = Int(data.prefix(8).enumerated().reduce(UInt64(0)) { $0 | UInt64($1.1) << (8 * $1.0) })
        let (header, body) = (data[8..<8 + length], data[(8 + length)...])
        switch generator.integer(below: 10) {
        case 0: return data.prefix(generator.integer(below: data.count))
        case 1:
            return prefixed(
                UInt64(truncatingIfNeeded: Int.random(in: 0...Int.max, using: &generator)), header + body)
        case 2: return prefixed(1 << 60, header + body)
        case 3, 4: return sized(bytes(header, using: &generator)) + body
        default: return sized(json(header, using: &generator)) + body
        }
    }

    private static func sized(_ header: Data) -> Data { prefixed(UInt64(header.count), header) }

    private static func prefixed(_ length: UInt64, _ data: Data) -> Data {
        withUnsafeBytes(of: length.littleEndian) { Data($0) } + data
    }

    /// Some bytes flipped, doubled, dropped or deeply nested.
    private static func bytes(_ data: Data, using generator: inout SeededGenerator) -> Data {
        var result = [UInt8](data)
        for _ in 0..<generator.integer(in: 1...4) where !result.isEmpty {
            let place = generator.integer(below: result.count)
            switch generator.integer(below: 5) {
            case 0: result[place] = UInt8(truncatingIfNeeded: generator.next())
            case 1: result.remove(at: place)
            case 2: result.insert(contentsOf: result[place...].prefix(40), at: place)
            case 3: result.removeLast(min(result.count, generator.integer(in: 1...20)))
            default: result.insert(contentsOf: Array(repeating: UInt8(ascii: "["), count: 2000), at: place)
            }
        }
        return Data(result)
    }
}
