import Foundation
import LanguageModels
import Tensors
import TestSupport
import Testing

/// Architectures beyond Llama's kin against transformers (Tests/References/architectures.py).
struct ArchitectureTests {
    /// A model's own outputs, and how it learns.
    struct Learning: Decodable {
        let short, long: [Float]
        let greedy: [Int32]
        /// Of three steps of AdamW.
        let losses: [Double]
        /// Of each tensor's first gradient its length and its product with the cosines of 0, 1, 2, …
        let gradients: [String: [Double]]
    }

    static let names = [
        "gemma3", "gemma3-bf16", "granite", "olmo2", "phi3", "phi4-mini", "smollm3", "smollm3-window",
    ]
    static func folder(_ name: String) -> URL { Reference.folder("architectures/\(name)") }

    private let expected: ReferenceOutputs<Learning>
    /// Without rounding rows to the 16 bits of stored weights.
    private let c = Computation(backend: CPUBackend(isRounding: false))

    init() throws {
        expected = try JSONDecoder().decode(
            ReferenceOutputs.self, from: Data(contentsOf: Reference.folder("architectures.json")))
    }

    private func open(_ name: String) throws -> (LanguageModel, Learning) {
        (try LanguageModel(folder: Self.folder(name)), try #require(expected.models[name]))
    }

    @Test func `every fixture is compared, of every architecture`() throws {
        #expect(Set(expected.models.keys) == Set(Self.names))
        let compared = try Set(
            (ParityTests.names.map(Reference.folder) + Self.names.map(Self.folder)).map {
                try ModelConfiguration(huggingFace: $0).architecture.name
            })
        #expect(compared == Set(Architecture.all.map(\.name)))
    }

    @Test(arguments: names)
    func `logits are those of transformers, packed and far out`(_ name: String) throws {
        let (model, reference) = try open(name)
        let (short, long) = Packed.logits(of: expected.tokens, places: expected.places, by: model, c)
        #expect(distance(short, reference.short) < 1e-5)
        #expect(distance(long, reference.long) < 1e-4)
    }

    @Test(arguments: names)
    func `greedy tokens are those of transformers, through the cache`(_ name: String) throws {
        let (model, reference) = try open(name)
        let generated = model.greedy(behind: expected.tokens[0], count: reference.greedy.count, c)
        #expect(generated == reference.greedy)
    }

    @Test(arguments: names)
    func `cached equals uncached`(_ name: String) throws {
        let (model, _) = try open(name)
        let tokens = Array(Packed.long.prefix(40))
        let whole = Packed([tokens]).hidden(of: model, c).values
        let cache = KVCache(for: model.configuration, capacity: tokens.count)
        let stepwise = [0..<9, 9..<10, 10..<31, 31..<40].flatMap {
            model.states(of: Array(tokens[$0]), from: $0.lowerBound, cache, c).values
        }
        #expect(distance(stepwise, whole) < 1e-5)
    }

    @Test(arguments: names)
    func `a saved model is the same`(_ name: String) throws {
        let (model, _) = try open(name)
        let folder = temporaryPath("saved")
        try model.save(to: folder)
        let checkpoint = try Checkpoint(folder: folder)
        #expect(checkpoint.notices.isEmpty)
        let again = try LanguageModel(checkpoint)
        // A number may lose its last bit on its way through JSON.
        var same = again.configuration
        #expect(abs(same.rotary.amplitude - model.configuration.rotary.amplitude) < 1e-12)
        for length in [1, 4096] {
            let frequencies = [same, model.configuration].map {
                $0.rotary.frequencies(headDim: $0.headDim, length: length)
            }
            #expect(frequencies[0] == frequencies[1])
        }
        same.rotary = model.configuration.rotary
        #expect(same == model.configuration)
        #expect(again.tensors.keys == model.tensors.keys)
        for (name, tensor) in model.tensors {
            let isSame = again.tensors[name]?.values == tensor.values
            #expect(isSame, "\(name)")
        }
        // What it stores has the names and the numbers of the folder that it was opened from.
        func stored(_ folder: URL) throws -> [String: Tensor] {
            try SafetensorsFile(folder.appendingPathComponent("model.safetensors")).allTensors()
        }
        let (own, first) = (try stored(folder), try stored(Self.folder(name)))
        #expect(own.keys == first.keys)
        for (name, tensor) in first {
            #expect(distance(own[name]?.values ?? [], tensor.values) < 2e-7, "\(name)")
        }
    }

    @Test(arguments: names)
    func `gradients and steps are those of PyTorch`(_ name: String) throws {
        let (opened, reference) = try open(name)
        let model = opened.copy()
        let tensors = model.tensors
        for tensor in tensors.values { tensor.isTrainable = true }
        let optimizer = AdamW(tensors.values.map { $0 }, weightDecay: 0)
        for (step, loss) in reference.losses.enumerated() {
            #expect(abs(Packed(expected.tokens).backward(through: model) - loss) < 1e-3, "step \(step)")
            if step == 0 { try compare(tensors, reference.gradients) }
            optimizer.step(rate: 0.01, on: c.backend)
            for tensor in tensors.values { tensor.clearGradient() }
        }
    }

    private func compare(_ tensors: [String: Tensor], _ expected: [String: [Double]]) throws {
        var compared = 0
        for (name, expected) in expected {
            let parts = Self.parts(of: name)
            compared += parts.count
            let gradient = try parts.flatMap { part in
                try #require(tensors[part]?.gradient?.values, "\(part) has no gradient").map(Double.init)
            }
            let length = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
            let product = gradient.enumerated().reduce(0) { $0 + $1.element * cos(Double($1.offset)) }
            let tolerance = 1e-4 * max(expected[0], 1e-2)
            #expect(abs(length - expected[0]) < tolerance, "\(name)")
            #expect(abs(product - expected[1]) < tolerance, "\(name)")
        }
        #expect(compared == tensors.count)
    }

    /// The tensors of a model that a folder stores in one.
    private static func parts(of name: String) -> [String] {
        for (fused, parts) in [
            ("qkv_proj", ["q_proj", "k_proj", "v_proj"]), ("gate_up_proj", ["gate_proj", "up_proj"]),
        ]
        where name.contains(fused) {
            return parts.map { name.replacingOccurrences(of: fused, with: $0) }
        }
        return [name]
    }

    // MARK: - Positions

    /// Where nothing but distances counts, a sequence read 10 positions later has the same keys, turned.
    @Test(arguments: names.filter { $0 != "phi4-mini" })
    func `keys that are moved are those of a pass there, in every layer`(_ name: String) throws {
        let (model, _) = try open(name)
        let tokens = Array(Packed.long.prefix(12))
        func cache(from position: Int32) -> KVCache {
            let cache = KVCache(for: model.configuration, capacity: tokens.count)
            _ = model.hidden(
                model.embed(tokens, in: c), positions: (0..<12).map { position + $0 },
                visibility: .causal(12),
                cache: cache, cacheRows: Array(0..<12), in: c)
            return cache
        }
        let (here, there) = (cache(from: 0), cache(from: 10))
        let moved = KVCache(for: model.configuration, capacity: tokens.count)
        moved.copy(Array(0..<12), from: there, to: 0, turnedTo: 0, by: model, in: c)
        for layer in here.keys.indices {
            #expect(distance(moved.keys[layer].values, here.keys[layer].values) < 1e-5, "layer \(layer)")
        }
        // The rows that another pass made, as soft prompts of keys are.
        let made = model.layerKeys(
            model.embed(tokens, in: c), positions: (0..<12).map { 10 + $0 }, visibility: .causal(12),
            of: (0..<12).map { $0 }, in: c)
        let joined = KVCache(
            of: model, behind: KVCache(for: model, capacity: 1, on: c.backend), count: 0, made, rows: 0..<12,
            movedBy: -10, in: c)
        let tolerance: Float = model.cacheElementType == .bfloat16 ? 0.02 : 1e-5
        for layer in here.keys.indices {
            #expect(
                distance(joined.keys[layer].values, here.keys[layer].values) < tolerance, "layer \(layer)")
        }
    }

    /// Sees the queries of every layer.
    private final class Queries: AttentionObserver {
        var ofLayers: [Tensor] = []
        var needsAllRows: Bool { true }

        func observe(layer: Int, queries: Tensor, keys: Tensor, values: Tensor, _ shape: AttentionShape) {
            ofLayers.append(Tensor(queries.values, shape: queries.shape))
        }
    }

    /// Turned back and turned again, by the mean of one position; LongRoPE's on both sides of its length.
    @Test(arguments: names, [9, 200])
    func `queries are as before they were turned`(_ name: String, _ position: Int) throws {
        let (model, _) = try open(name)
        let queries = Queries()
        let c = Computation(backend: c.backend, observer: queries)
        _ = model.hidden(
            model.embed([7], in: c), positions: [Int32(position)], visibility: .causal(1), in: c)
        let turns = model.meanRotations(over: position..<position + 1)
        #expect(turns.count == model.layers.count && queries.ofLayers.count == turns.count)
        for (layer, rotated) in queries.ofLayers.enumerated() {
            let plain = model.unrotated(rotated, at: position..<position + 1, layer: layer, in: c).values
            let isStill = model.configuration.rotary(ofLayer: layer) == nil
            #expect((turns[layer] == nil) == isStill && (plain == rotated.values) == isStill)
            let headDim = model.configuration.headDim
            let again = stride(from: 0, to: plain.count, by: headDim).flatMap { first -> [Float] in
                let head = Array(plain[first..<first + headDim])
                return turns[layer]?.turned(head) ?? head
            }
            #expect(distance(again, rotated.values) < 1e-5, "layer \(layer)")
        }
    }

    /// Phi-4-mini's keys, which a sequence of more than 128 tokens turns by other factors.
    @Test func `keys of a long sequence that become a short one turn by its factors`() throws {
        let (model, _) = try open("phi4-mini")
        let tokens = Array(Packed.long.prefix(140))
        let source = KVCache(for: model.configuration, capacity: 140)
        _ = model.states(of: tokens, from: 0, source, c)
        let kept = Array(130..<140)
        let moved = KVCache(for: model.configuration, capacity: 10)
        moved.copy(kept, from: source, to: 0, turnedTo: 0, by: model, in: c)
        let alone = KVCache(for: model.configuration, capacity: 10)
        _ = model.states(of: Array(tokens[130...]), from: 0, alone, c)
        // The first layer's keys know of nothing but their token and their place.
        #expect(distance(moved.keys[0].values, alone.keys[0].values) < 1e-5)
    }

    // MARK: - Fused projections

    @Test func `a fused projection of another size is refused`() throws {
        let folder = temporaryPath("fused")
        try FileManager.default.copyItem(at: Self.folder("phi3"), to: folder)
        let file = folder.appendingPathComponent("model.safetensors")
        func refusal(_ change: (inout [String: Tensor]) -> Void) throws -> String {
            var tensors = try SafetensorsFile(Self.folder("phi3").appendingPathComponent("model.safetensors"))
                .allTensors()
            change(&tensors)
            try SafetensorsFile.write(tensors, to: file)
            do {
                _ = try LanguageModel(folder: folder)
                return ""
            } catch {
                return "\(error)"
            }
        }
        let name = "model.layers.1.self_attn.qkv_proj.weight"
        let found = try refusal { $0[name] = Tensor(shape: [96, 24]) }
        #expect(found.contains("'\(name)' has the shape [96, 24], config.json asks for [48, 24]"), "\(found)")
        #expect(try refusal { $0[name] = nil }.contains("holds no tensor '\(name)'"))
    }

    @Test func `an adapter of a fused projection is one of its parts`() throws {
        let (model, _) = try open("phi3")
        let folder = try TemporaryFolder().url
        try Data(
            #"{"peft_type": "LORA", "r": 2, "lora_alpha": 4, "target_modules": ["qkv_proj", "down_proj"]}"#
                .utf8
        ).write(to: folder.appendingPathComponent("adapter_config.json"))
        var stored: [String: Tensor] = [:]
        func numbers(_ rows: Int, _ width: Int, _ salt: Int) -> Tensor {
            Tensor((0..<rows * width).map { sin(Float($0 * 7 + salt)) }, shape: [rows, width])
        }
        for layer in 0..<2 {
            for (name, out, width) in [("self_attn.qkv_proj", 48, 24), ("mlp.down_proj", 24, 40)] {
                let prefix = "base_model.model.model.layers.\(layer).\(name)"
                stored[prefix + ".lora_A.weight"] = numbers(2, width, layer)
                stored[prefix + ".lora_B.weight"] = numbers(out, 2, layer + 9)
            }
        }
        try SafetensorsFile.write(stored, to: folder.appendingPathComponent("adapter_model.safetensors"))
        let merged = model.merged(with: try LowRankAdapter(folder: folder, for: model))
        // The folder's own projection with 4/2 B A added, cut into its parts.
        for (layer, own) in merged.layers.enumerated() {
            let sums = [own.query, own.key, own.value].flatMap(\.weight.values)
            let before = model.layers[layer]
            let plain = [before.query, before.key, before.value].flatMap(\.weight.values)
            let (a, b) = (numbers(2, 24, layer), numbers(48, 2, layer + 9))
            let expected = plain.indices.map { i in
                plain[i] + 2 * (0..<2).reduce(0) { $0 + b[i / 24, $1] * a[$1, i % 24] }
            }
            #expect(distance(sums, expected) < 1e-6)
        }
    }
}
