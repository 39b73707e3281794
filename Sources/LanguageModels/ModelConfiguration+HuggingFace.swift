import Foundation

/// Reading and writing `config.json`, as transformers 4 and 5 write it.
extension ModelConfiguration {
    static let file = "config.json"
    static let generationFile = "generation_config.json"

    /// Reads a folder's `config.json`, and more ids that end an output from its
    /// `generation_config.json` where there is one.
    ///
    /// A field that changes results and is not supported is refused by name. A field that is absent
    /// has the value that transformers gives it.
    public init(huggingFace folder: URL) throws {
        let fields = try JSONFields(folder.appendingPathComponent(Self.file))
        try self.init(fields)
        if let bosID, bosID >= vocabularySize {
            throw fields.refusal("bos_token_id", supported: "ids below vocab_size, \(vocabularySize)")
        }
        let generation = folder.appendingPathComponent(Self.generationFile)
        if FileManager.default.fileExists(atPath: generation.path) {
            let own = try JSONFields(generation).tokenIDs("eos_token_id")
            eosIDs += own.filter { !eosIDs.contains($0) }
        }
    }

    init(_ fields: JSONFields) throws {
        let names = fields.value("architectures") as? [String] ?? []
        guard let architecture = names.lazy.compactMap(Architecture.init).first else {
            throw fields.refusal(
                "architectures", supported: Architecture.allCases.map(\.rawValue).joined(separator: ", "))
        }
        try Self.refuseUnsupported(fields)
        let hidden = try fields.positive("hidden_size")
        let heads = try fields.positive("num_attention_heads")
        self.init(
            vocabularySize: try fields.positive("vocab_size"), hiddenSize: hidden,
            intermediateSize: try fields.positive("intermediate_size"),
            layers: try fields.positive("num_hidden_layers"), heads: heads,
            kvHeads: try fields.positive(
                "num_key_value_heads",
                default: fields.isPresentNull("num_key_value_heads") ? heads : architecture.kvHeads(of: heads)
            ),
            headDim: try fields.positive(
                "head_dim", default: architecture == .qwen3 ? 128 : max(1, hidden / heads)))
        guard heads % kvHeads == 0, headDim % 2 == 0 else {
            throw ModelError.badConfiguration(
                file: fields.file,
                reason: "\(heads) heads of \(headDim) do not share \(kvHeads) key-value heads"
            )
        }
        self.architecture = architecture
        normEpsilon = try fields.finite("rms_norm_eps", default: 1e-6)
        tiedEmbeddings = try fields.flag("tie_word_embeddings", default: false)
        // Where each architecture has biases is fixed in its code; only these two ask the file.
        let attentionBias = try fields.flag("attention_bias", default: false)
        let asks = architecture == .llama || architecture == .qwen3
        projectionBias = architecture == .qwen2 || asks && attentionBias
        outputBias = asks && attentionBias
        feedForwardBias = try architecture == .llama && fields.flag("mlp_bias", default: false)
        trainedLength = try fields.positive("max_position_embeddings", default: architecture.defaultLength)
        rotary = try RotaryConfiguration(fields, trainedLength: trainedLength)
        try readWindow(fields)
        bosID =
            try fields.isPresent("bos_token_id")
            ? fields.tokenIDs("bos_token_id").first : architecture.markIDs?.begin
        eosIDs =
            try fields.isPresent("eos_token_id")
            ? fields.tokenIDs("eos_token_id") : architecture.markIDs.map { [$0.end] } ?? []
    }

    private static func refuseUnsupported(_ fields: JSONFields) throws {
        let activation = fields.value("hidden_act") as? String
        guard fields.isAbsent("hidden_act") || activation == "silu" || activation == "swish" else {
            throw fields.refusal("hidden_act", supported: "silu")
        }
        // Bits and layouts of other libraries, code of the folder's own, experts, and parts that these
        // four architectures lack.
        for field in [
            "quantization_config", "compression_config", "auto_map", "num_local_experts", "num_experts",
            "alibi", "logit_scale", "attn_logit_softcapping", "final_logit_softcapping",
            "embedding_multiplier", "residual_multiplier", "attention_multiplier", "logits_scaling",
            "no_rope_layers", "rope_interleaved",
        ] where !fields.isEmpty(field) && fields.value(field) as? Bool != false {
            throw fields.refusal(field, supported: "none")
        }
        if try fields.finite("partial_rotary_factor", default: 1) != 1 {
            throw fields.refusal("partial_rotary_factor", supported: "1")
        }
    }

    /// Mistral has one window for all layers; Qwen's begins at a layer, where it is switched on.
    private mutating func readWindow(_ fields: JSONFields) throws {
        switch architecture {
        case .llama: return
        case .mistral:
            slidingWindow =
                fields.isPresentNull("sliding_window")
                ? nil : try fields.positive("sliding_window", default: 4096)
        case .qwen2, .qwen3:
            guard try fields.flag("use_sliding_window", default: false),
                !fields.isPresentNull("sliding_window")
            else { return }
            slidingWindow = try fields.positive("sliding_window", default: 4096)
            firstWindowedLayer = try fields.nonNegative("max_window_layers", default: 28)
            guard let types = fields.value("layer_types") as? [String] else { return }
            let windowed = types.map { $0 == "sliding_attention" }
            firstWindowedLayer = windowed.firstIndex(of: true) ?? layers
            guard types.count == layers, windowed[min(firstWindowedLayer, layers)...].allSatisfy({ $0 }),
                zip(types, windowed).allSatisfy({ $0.1 || $0.0 == "full_attention" })
            else {
                throw fields.refusal("layer_types", supported: "full_attention, then sliding_attention")
            }
        }
    }

    /// The fields of a `config.json` that transformers opens.
    public var huggingFace: [String: Any] {
        var result: [String: Any] = [
            "architectures": [architecture.rawValue], "model_type": architecture.modelType,
            "vocab_size": vocabularySize, "hidden_size": hiddenSize,
            "intermediate_size": intermediateSize, "num_hidden_layers": layers,
            "num_attention_heads": heads, "num_key_value_heads": kvHeads, "head_dim": headDim,
            "hidden_act": "silu", "rms_norm_eps": normEpsilon, "rope_theta": rotary.theta,
            "tie_word_embeddings": tiedEmbeddings,
            "max_position_embeddings": trainedLength,
            "attention_bias": outputBias, "mlp_bias": feedForwardBias, "torch_dtype": "float32",
        ]
        if let scaling = rotary.huggingFace { result["rope_scaling"] = scaling }
        switch architecture {
        case .llama: break
        case .mistral: result["sliding_window"] = slidingWindow ?? NSNull()
        case .qwen2, .qwen3:
            result["use_sliding_window"] = slidingWindow != nil
            result["sliding_window"] = slidingWindow ?? NSNull()
            result["max_window_layers"] = firstWindowedLayer
        }
        result["bos_token_id"] = bosID.map { Int($0) } ?? NSNull()
        result["eos_token_id"] =
            switch eosIDs.count {
            case 0: NSNull()
            case 1: Int(eosIDs[0])
            default: eosIDs.map { Int($0) }
            }
        return result
    }
}

/// What transformers gives where the file says nothing.
extension ModelConfiguration.Architecture {
    fileprivate func kvHeads(of heads: Int) -> Int {
        switch self {
        case .llama: heads
        case .mistral: 8
        case .qwen2, .qwen3: 32
        }
    }

    fileprivate var markIDs: (begin: Int32, end: Int32)? {
        switch self {
        case .llama, .mistral: (1, 2)
        case .qwen2, .qwen3: nil
        }
    }

    fileprivate var defaultLength: Int {
        switch self {
        case .llama: 2048
        case .mistral: 131_072
        case .qwen2, .qwen3: 32_768
        }
    }
}
