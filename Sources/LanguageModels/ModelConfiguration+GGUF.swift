import Foundation
import GGUF
import Tensors

extension ModelConfiguration {
    /// Reads a GGUF file's metadata, and from its tensors what only they tell: biases, a head of its own.
    ///
    /// What would change results and is not supported is refused by name.
    init(_ gguf: GGUFFile) throws {
        let fields = GGUFFields(gguf)
        let name = gguf.metadata.text(GGUFFields.architecture) ?? ""
        guard let architecture = Architecture.all.first(where: { $0.ggufName == name }) else {
            throw fields.refusal(
                GGUFFields.architecture, found: "'\(name)'",
                supported: Architecture.all.compactMap(\.ggufName).joined(separator: ", "))
        }
        let hidden = try fields.positive("embedding_length")
        let heads = try fields.positive("attention.head_count")
        guard let embedding = gguf.tensors["token_embd.weight"]?.shape, embedding.count == 2 else {
            throw ModelError.missingTensor(folder: gguf.url.path, name: "token_embd.weight")
        }
        self.init(
            vocabularySize: embedding[0], hiddenSize: hidden,
            intermediateSize: try fields.positive("feed_forward_length"),
            layers: try fields.positive("block_count"), heads: heads,
            kvHeads: try fields.positive("attention.head_count_kv", default: heads),
            headDim: try fields.positive("attention.key_length", default: max(1, hidden / heads)))
        guard heads % kvHeads == 0, headDim % 2 == 0 else {
            throw ModelError.badConfiguration(
                file: gguf.url.path,
                reason: "\(heads) heads of \(headDim) do not share \(kvHeads) key-value heads")
        }
        self.architecture = architecture
        try fields.require("attention.value_length", headDim)
        try fields.require("rope.dimension_count", headDim)
        try fields.require("expert_count", 0)
        try fields.require("attention.sliding_window", 0)
        normEpsilon = try fields.number("attention.layer_norm_rms_epsilon", default: 1e-5)
        tiedEmbeddings = gguf.tensors["output.weight"] == nil
        projectionBias = gguf.tensors["blk.0.attn_q.bias"] != nil
        outputBias = gguf.tensors["blk.0.attn_output.bias"] != nil
        feedForwardBias = gguf.tensors["blk.0.ffn_gate.bias"] != nil
        trainedLength = try fields.positive("context_length")
        rotary = try RotaryConfiguration(fields, headDim: headDim)
        let tokens = ["bos", "eos", "eot"].map { part in
            gguf.metadata.integer("tokenizer.ggml.\(part)_token_id").flatMap { id in
                0..<embedding[0] ~= id ? Int32(id) : nil
            }
        }
        bosID = tokens[0]
        eosIDs = tokens.dropFirst().compactMap { $0 }.reduce(into: []) { ids, id in
            if !ids.contains(id) { ids.append(id) }
        }
    }
}

extension RotaryConfiguration {
    init(_ fields: GGUFFields, headDim: Int) throws {
        self.init(theta: try fields.number("rope.freq_base", default: 10_000))
        let factor = try fields.number("rope.scaling.factor", default: 1)
        switch fields.text("rope.scaling.type") ?? "none" {
        case "none": break
        case "linear": scaling = .linear(factor: factor)
        case "yarn":
            scaling = .yarn(
                factor: factor, betaFast: try fields.number("rope.scaling.yarn_beta_fast", default: 32),
                betaSlow: try fields.number("rope.scaling.yarn_beta_slow", default: 1),
                originalLength: try fields.number(
                    "rope.scaling.original_context_length",
                    default: fields.number("context_length", default: 0)),
                attention: try fields.number(
                    "rope.scaling.attn_factor", default: factor <= 1 ? 1 : 0.1 * log(factor) + 1),
                truncate: true)
        case let other:
            throw fields.refusal("rope.scaling.type", found: "'\(other)'", supported: "none, linear, yarn")
        }
        if let factors = fields.gguf.tensor(GGUFFile.rotaryFactors)?.values {
            guard scaling == .none, factors.count == headDim / 2,
                factors.allSatisfy({ $0 > 0 && $0.isFinite })
            else {
                throw ModelError.badConfiguration(
                    file: fields.gguf.url.path,
                    reason: "\(GGUFFile.rotaryFactors) is not \(headDim / 2) positive factors alone")
            }
            scaling = .factors(factors.map { Double($0) })
        }
        guard frequencies(headDim: headDim).allSatisfy({ $0.isFinite && $0 > 0 }), amplitude.isFinite else {
            throw ModelError.badConfiguration(
                file: fields.gguf.url.path, reason: "rope gives frequencies that are no positive numbers")
        }
    }
}

/// The fields that a GGUF file's architecture has, by their names behind its own.
struct GGUFFields {
    static let architecture = "general.architecture"

    let gguf: GGUFFile
    private let prefix: String

    init(_ gguf: GGUFFile) {
        self.gguf = gguf
        prefix = (gguf.metadata.text(Self.architecture) ?? "") + "."
    }

    func refusal(_ field: String, found: String, supported: String) -> GGUFError {
        .unsupported(
            file: gguf.url.path, field: field == Self.architecture ? field : prefix + field, found: found,
            supported: supported)
    }

    private func bad(_ field: String, _ expected: String) -> ModelError {
        let found = gguf.metadata[prefix + field].map { "\($0)" } ?? "missing"
        return .badConfiguration(
            file: gguf.url.path, reason: "\(prefix)\(field) is \(found), expected \(expected)")
    }

    func text(_ field: String) -> String? { gguf.metadata.text(prefix + field) }

    func positive(_ field: String, default fallback: Int? = nil) throws -> Int {
        if gguf.metadata[prefix + field] == nil, let fallback { return fallback }
        guard let value = gguf.metadata.integer(prefix + field), 1..<1 << 31 ~= value else {
            throw bad(field, "a whole number of 1 or more, the same for all layers")
        }
        return value
    }

    func number(_ field: String, default fallback: Double) throws -> Double {
        guard gguf.metadata[prefix + field] != nil else { return fallback }
        guard let value = gguf.metadata.number(prefix + field), value.isFinite else {
            throw bad(field, "a finite number")
        }
        return value
    }

    /// Refuses a field that is there with another value.
    func require(_ field: String, _ value: Int) throws {
        guard let found = gguf.metadata[prefix + field], found != .integer(value) else { return }
        throw refusal(
            field, found: "\(gguf.metadata.integer(prefix + field).map(String.init) ?? "\(found)")",
            supported: "\(value)")
    }
}
