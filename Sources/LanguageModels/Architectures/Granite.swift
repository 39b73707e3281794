extension Architecture {
    /// Granite 3 (IBM 2024): a Llama with four multipliers, of embeddings, of what layers add, of attention's scores
    /// and of logits.
    static let granite = Architecture(
        name: "GraniteForCausalLM", modelType: "granite",
        gguf: GGUFForm(
            name: "granite", pairsNeighbours: true,
            ownFields: ["embedding_scale", "residual_scale", "attention.scale", "logit_scale"],
            read: { configuration, fields in
                // 0 is as good as nothing to llama.cpp.
                func scale(_ field: String) throws -> Double? {
                    let number = try fields.number(field, default: 0)
                    return number == 0 ? nil : number
                }
                configuration.embeddingMultiplier = try scale("embedding_scale")
                configuration.residualMultiplier = try scale("residual_scale")
                configuration.attentionScale = try scale("attention.scale")
                configuration.logitsDivisor = try fields.aboveZero("logit_scale", default: 1)
                // The switch of models that know no positions.
                try fields.require("rope.scaling.finetuned", true)
            }),
        fallbacks: Fallbacks(beginID: 1, endID: 2), attentionBias: .asked, asksFeedForwardBias: true,
        ownFields: ["embedding_multiplier", "residual_multiplier", "attention_multiplier", "logits_scaling"],
        read: { configuration, fields in
            configuration.embeddingMultiplier = try fields.finite("embedding_multiplier", default: 1)
            configuration.residualMultiplier = try fields.finite("residual_multiplier", default: 1)
            configuration.attentionScale = try fields.finite("attention_multiplier", default: 1)
            let divisor = try fields.finite("logits_scaling", default: 1)
            guard divisor > 0 else { throw fields.refusal("logits_scaling", supported: "above 0") }
            configuration.logitsDivisor = divisor
        },
        write: { configuration in
            [
                "embedding_multiplier": configuration.embeddingMultiplier ?? 1,
                "residual_multiplier": configuration.residualMultiplier ?? 1,
                "attention_multiplier": configuration.attentionScale ?? 1,
                "logits_scaling": configuration.logitsDivisor ?? 1,
            ]
        })
}
