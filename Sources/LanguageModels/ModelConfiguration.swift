import Foundation

/// The shape of a Llama-family decoder, as a Hugging Face `config.json` gives it.
public struct ModelConfiguration: Codable, Equatable, Sendable {
    public var architecture = "LlamaForCausalLM"
    public var vocabularySize: Int
    public var hiddenSize: Int
    public var intermediateSize: Int
    public var layers: Int
    public var heads: Int
    public var kvHeads: Int
    public var headDim: Int
    public var normEpsilon = 1e-5
    public var tiedEmbeddings = true
    /// Whether q, k and v projections carry a bias (Qwen2).
    public var projectionBias = false
    /// Whether each query and key head is normalised (Qwen3).
    public var headNorms = false
    public var rotary = RotaryConfiguration()
    /// The longest sequence that the model attends over exactly: its sliding window, where it has one.
    public var contextLimit = 1 << 20
    public var bosID: Int32?
    public var eosIDs: [Int32] = []

    public init(
        vocabularySize: Int, hiddenSize: Int, intermediateSize: Int, layers: Int, heads: Int,
        kvHeads: Int? = nil, headDim: Int? = nil
    ) {
        self.vocabularySize = vocabularySize
        self.hiddenSize = hiddenSize
        self.intermediateSize = intermediateSize
        self.layers = layers
        self.heads = heads
        self.kvHeads = kvHeads ?? heads
        self.headDim = headDim ?? hiddenSize / heads
    }

    /// Reads `config.json`; fields that change results and are not supported are refused by name.
    public init(huggingFace url: URL) throws {
        let fields = try JSONFields(url)
        let architectures = fields.value("architectures") as? [String] ?? []
        guard let architecture = architectures.first(where: { Self.supported.contains($0) }) else {
            throw ModelError.unsupported(
                file: url.path, field: "architectures", found: "\(architectures)",
                supported: Self.supported.joined(separator: ", "))
        }
        let activation = fields.value("hidden_act") as? String ?? "silu"
        guard activation == "silu" else {
            throw ModelError.unsupported(
                file: url.path, field: "hidden_act", found: activation, supported: "silu")
        }
        for flag in ["attention_bias", "mlp_bias"] where fields.value(flag) as? Bool == true {
            throw ModelError.unsupported(file: url.path, field: flag, found: "true", supported: "false")
        }
        let hidden = try fields.positive("hidden_size")
        let heads = try fields.positive("num_attention_heads")
        self.init(
            vocabularySize: try fields.positive("vocab_size"), hiddenSize: hidden,
            intermediateSize: try fields.positive("intermediate_size"),
            layers: try fields.positive("num_hidden_layers"), heads: heads,
            kvHeads: try fields.positive("num_key_value_heads", default: heads),
            headDim: try fields.positive("head_dim", default: max(1, hidden / heads)))
        guard heads % kvHeads == 0, headDim % 2 == 0 else {
            throw ModelError.badConfiguration(
                file: url.path, reason: "\(heads) heads of \(headDim) do not share \(kvHeads) key-value heads"
            )
        }
        self.architecture = architecture
        normEpsilon = fields.number("rms_norm_eps") ?? 1e-6
        tiedEmbeddings = fields.value("tie_word_embeddings") as? Bool ?? false
        projectionBias = architecture == "Qwen2ForCausalLM"
        headNorms = architecture == "Qwen3ForCausalLM"
        rotary = try RotaryConfiguration(fields)
        contextLimit = fields.integer("max_position_embeddings") ?? contextLimit
        let usesWindow = fields.value("use_sliding_window") as? Bool ?? (architecture == "MistralForCausalLM")
        if usesWindow, let window = fields.integer("sliding_window") {
            contextLimit = min(contextLimit, window)
        }
        bosID = fields.integer("bos_token_id").map { Int32(clamping: $0) }
        eosIDs = fields.integers("eos_token_id").map { Int32(clamping: $0) }
    }

    static let supported = [
        "LlamaForCausalLM", "MistralForCausalLM", "Qwen2ForCausalLM", "Qwen3ForCausalLM",
    ]

    /// The fields of a `config.json` that transformers opens.
    public var huggingFace: [String: Any] {
        var result: [String: Any] = [
            "architectures": [architecture], "model_type": "llama", "vocab_size": vocabularySize,
            "hidden_size": hiddenSize, "intermediate_size": intermediateSize,
            "num_hidden_layers": layers, "num_attention_heads": heads,
            "num_key_value_heads": kvHeads, "head_dim": headDim, "hidden_act": "silu",
            "rms_norm_eps": normEpsilon, "rope_theta": rotary.theta,
            "tie_word_embeddings": tiedEmbeddings, "max_position_embeddings": contextLimit,
            "attention_bias": false, "mlp_bias": false, "torch_dtype": "float32",
        ]
        if let bosID { result["bos_token_id"] = Int(bosID) }
        if let eos = eosIDs.first { result["eos_token_id"] = Int(eos) }
        return result
    }
}
