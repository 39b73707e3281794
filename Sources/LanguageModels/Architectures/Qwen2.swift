import Foundation

extension Architecture {
    /// Qwen 2 and 2.5 (Yang et al. 2024): biases of queries, keys and values; windows from a layer on.
    static let qwen2 = Architecture(
        name: "Qwen2ForCausalLM", modelType: "qwen2", gguf: GGUFForm(name: "qwen2"),
        fallbacks: Fallbacks(kvHeads: 32, length: 32_768), attentionBias: .always,
        read: { try $0.readLaterWindows($1) }, write: { $0.laterWindows })
}

extension ModelConfiguration {
    /// Windows that begin at a layer, where they are switched on.
    mutating func readLaterWindows(_ fields: JSONFields) throws {
        guard try fields.flag("use_sliding_window", default: false), !fields.isPresentNull("sliding_window")
        else { return }
        slidingWindow = try fields.positive("sliding_window", default: 4096)
        firstWindowedLayer = try fields.nonNegative("max_window_layers", default: 28)
        guard let windowed = try layersWithWindow(fields) else { return }
        firstWindowedLayer = windowed.first ?? layers
        guard windowed == Array(min(firstWindowedLayer, layers)..<layers) else {
            throw fields.refusal("layer_types", supported: "full_attention, then sliding_attention")
        }
    }

    var laterWindows: [String: Any] {
        [
            "use_sliding_window": slidingWindow != nil, "sliding_window": slidingWindow ?? NSNull(),
            "max_window_layers": firstWindowedLayer,
        ]
    }
}
