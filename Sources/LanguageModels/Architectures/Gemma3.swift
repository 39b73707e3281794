import Foundation

extension Architecture {
    /// Gemma 3, the text model (Gemma Team 2025): norms on both sides of attention and of the feed-forward network,
    /// scaled embeddings, and five layers with a window and angles of their own for each that sees everything.
    static let gemma3 = Architecture(
        name: "Gemma3ForCausalLM", modelType: "gemma3_text",
        gguf: GGUFForm(
            name: "gemma3", ownFields: ["attention.sliding_window"],
            read: { configuration, fields in
                configuration.slidingWindow = try fields.window
                configuration.windowedLayers =
                    configuration.slidingWindow == nil
                    ? [] : try fields.windowedLayers(of: configuration.layers, period: 6)
                configuration.windowedRotary = RotaryConfiguration(
                    theta: try fields.aboveZero("rope.freq_base_swa", default: 10_000))
                // The file does not say it. The model of 62 layers, 27B, has a scale of its own.
                let width =
                    configuration.layers == 62
                    ? configuration.hiddenSize / configuration.heads : configuration.headDim
                configuration.attentionScale = pow(Double(width), -0.5)
                configuration.embeddingMultiplier = Double(configuration.hiddenSize).squareRoot()
            }),
        fallbacks: Fallbacks(
            kvHeads: 4, headDim: 256, length: 131_072, theta: 1_000_000, tiedEmbeddings: true, beginID: 2,
            endID: 1),
        attentionBias: .asked, activationField: "hidden_activation", windowedTheta: 10_000,
        read: { configuration, fields in
            configuration.slidingWindow =
                fields.isPresentNull("sliding_window")
                ? nil : try fields.positive("sliding_window", default: 4096)
            let period = try fields.positive("sliding_window_pattern", default: 6)
            configuration.windowedLayers =
                try configuration.layersWithWindow(fields)
                ?? (0..<configuration.layers).filter { ($0 + 1) % period != 0 }
            let scalar = try fields.positive("query_pre_attn_scalar", default: 256)
            configuration.attentionScale = pow(Double(scalar), -0.5)
            let type = fields.value("dtype") as? String ?? fields.value("torch_dtype") as? String
            configuration.embeddingMultiplier = embeddingMultiplier(configuration, storedAs: type)
        },
        write: { configuration in
            let types = ["float32", "bfloat16", "float16"]
            let type: String =
                types.first {
                    embeddingMultiplier(configuration, storedAs: $0) == configuration.embeddingMultiplier
                } ?? types[0]
            return [
                "sliding_window": configuration.slidingWindow ?? NSNull(),
                "layer_types": configuration.layerTypes,
                "query_pre_attn_scalar": Int(pow(configuration.attentionScale ?? 1 / 16, -2).rounded()),
                "rope_local_base_freq": configuration.windowedRotary?.theta ?? 10_000,
                "torch_dtype": type,
            ]
        },
        activation: .tanhGELU,
        norms: LayerNorms(
            beforeAttention: "input_layernorm", afterAttention: "post_attention_layernorm",
            beforeFeedForward: "pre_feedforward_layernorm", afterFeedForward: "post_feedforward_layernorm"),
        queryKeyNorms: .perHead, normOffset: 1)

    /// √hidden size, rounded as the weights are: the models were trained with that.
    private static func embeddingMultiplier(
        _ configuration: ModelConfiguration, storedAs type: String?
    ) -> Double {
        let root = Double(configuration.hiddenSize).squareRoot()
        // Digits behind the first of a number's significand.
        let digits: Double
        switch type {
        case "bfloat16": digits = 7
        case "float16": digits = 10
        default: return root
        }
        let unit = exp2(floor(log2(root)) - digits)
        return (root / unit).rounded(.toNearestOrEven) * unit
    }
}
