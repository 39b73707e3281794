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
        guard
            let architecture = names.lazy.compactMap({ name in
                Architecture.all.first { $0.name == name }
            }).first
        else {
            throw fields.refusal(
                "architectures", supported: Architecture.all.map(\.name).joined(separator: ", "))
        }
        try Self.refuseUnsupported(fields, architecture)
        let fallbacks = architecture.fallbacks
        let hidden = try fields.positive("hidden_size")
        let heads = try fields.positive("num_attention_heads")
        self.init(
            vocabularySize: try fields.positive("vocab_size"), hiddenSize: hidden,
            intermediateSize: try fields.positive("intermediate_size"),
            layers: try fields.positive("num_hidden_layers"), heads: heads,
            kvHeads: try fields.positive(
                "num_key_value_heads",
                default: fields.isPresentNull("num_key_value_heads") ? heads : fallbacks.kvHeads ?? heads),
            headDim: try fields.positive("head_dim", default: fallbacks.headDim ?? max(1, hidden / heads)))
        guard heads % kvHeads == 0, headDim % 2 == 0 else {
            throw ModelError.badConfiguration(
                file: fields.file,
                reason: "\(heads) heads of \(headDim) do not share \(kvHeads) key-value heads"
            )
        }
        self.architecture = architecture
        normEpsilon = try fields.finite("rms_norm_eps", default: fallbacks.normEpsilon)
        tiedEmbeddings = try fields.flag("tie_word_embeddings", default: fallbacks.tiedEmbeddings)
        let asksBias = try fields.flag("attention_bias", default: false)
        outputBias = architecture.attentionBias == .asked && asksBias
        projectionBias = architecture.attentionBias == .always || outputBias
        feedForwardBias =
            try architecture.asksFeedForwardBias && fields.flag("mlp_bias", default: false)
        trainedLength = try fields.positive("max_position_embeddings", default: fallbacks.length)
        (rotary, windowedRotary) = try RotaryConfiguration.ofLayers(fields, for: self)
        bosID =
            try fields.isPresent("bos_token_id")
            ? fields.tokenIDs("bos_token_id").first : fallbacks.beginID
        eosIDs =
            try fields.isPresent("eos_token_id")
            ? fields.tokenIDs("eos_token_id") : fallbacks.endID.map { [$0] } ?? []
        try architecture.read(&self, fields)
    }

    private static func refuseUnsupported(_ fields: JSONFields, _ architecture: Architecture) throws {
        let (field, known) = (architecture.activationField, architecture.activation.names)
        guard fields.isAbsent(field) || (fields.value(field) as? String).map(known.contains) == true else {
            throw fields.refusal(field, supported: known[0])
        }
        // Bits and layouts of other libraries, code of the folder's own, experts, and parts that most
        // architectures lack.
        for field in [
            "quantization_config", "compression_config", "auto_map", "num_local_experts", "num_experts",
            "alibi", "logit_scale", "attn_logit_softcapping", "final_logit_softcapping",
            "embedding_multiplier", "residual_multiplier", "attention_multiplier", "logits_scaling",
            "no_rope_layers", "rope_interleaved", "use_bidirectional_attention",
        ]
        where !architecture.ownFields.contains(field) && !fields.isEmpty(field)
            && fields.value(field) as? Bool != false
        {
            throw fields.refusal(field, supported: "none")
        }
    }

    /// The fields of a `config.json` that transformers opens.
    public var huggingFace: [String: Any] {
        var result: [String: Any] = [
            "architectures": [architecture.name], "model_type": architecture.modelType,
            "vocab_size": vocabularySize, "hidden_size": hiddenSize,
            "intermediate_size": intermediateSize, "num_hidden_layers": layers,
            "num_attention_heads": heads, "num_key_value_heads": kvHeads, "head_dim": headDim,
            architecture.activationField: architecture.activation.names[0], "rms_norm_eps": normEpsilon,
            "rope_theta": rotary.theta,
            "tie_word_embeddings": tiedEmbeddings,
            "max_position_embeddings": trainedLength,
            "attention_bias": outputBias, "mlp_bias": feedForwardBias, "torch_dtype": "float32",
        ]
        if let scaling = rotary.huggingFace { result["rope_scaling"] = scaling }
        result.merge(architecture.write(self)) { $1 }
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
