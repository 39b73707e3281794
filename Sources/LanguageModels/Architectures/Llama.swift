extension Architecture {
    /// Llama (Touvron et al. 2023), Llama 2 and 3, and what is built like them.
    static let llama = Architecture(
        name: "LlamaForCausalLM", modelType: "llama",
        gguf: GGUFForm(name: "llama", pairsNeighbours: true),
        fallbacks: Fallbacks(beginID: 1, endID: 2), attentionBias: .asked, asksFeedForwardBias: true)
}
