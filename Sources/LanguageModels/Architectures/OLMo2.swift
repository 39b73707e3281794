extension Architecture {
    /// OLMo 2 (OLMo Team 2025): norms behind attention and the feed-forward network in place of those before them, and
    /// of all query heads and all key heads together.
    static let olmo2 = Architecture(
        name: "Olmo2ForCausalLM", modelType: "olmo2", gguf: GGUFForm(name: "olmo2"),
        fallbacks: Fallbacks(normEpsilon: 1e-5, endID: 50_279), attentionBias: .asked,
        norms: LayerNorms(
            beforeAttention: nil, afterAttention: "post_attention_layernorm", beforeFeedForward: nil,
            afterFeedForward: "post_feedforward_layernorm"),
        queryKeyNorms: .allHeads)
}
