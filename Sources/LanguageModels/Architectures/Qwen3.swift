extension Architecture {
    /// Qwen 3 (Yang et al. 2025): norms of query and key heads in place of biases.
    static let qwen3 = Architecture(
        name: "Qwen3ForCausalLM", modelType: "qwen3", gguf: GGUFForm(name: "qwen3"),
        fallbacks: Fallbacks(kvHeads: 32, headDim: 128, length: 32_768), attentionBias: .asked,
        read: { try $0.readLaterWindows($1) }, write: { $0.laterWindows }, queryKeyNorms: .perHead)
}
