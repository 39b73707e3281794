import Foundation

extension Architecture {
    /// SmolLM3 (Hugging Face 2025): a Llama that turns nothing in every fourth layer (NoPE, Yang et al. 2025).
    static let smolLM3 = Architecture(
        name: "SmolLM3ForCausalLM", modelType: "smollm3",
        gguf: GGUFForm(
            name: "smollm3", pairsNeighbours: true,
            // Its files do not say so: llama.cpp knows no other.
            read: { configuration, _ in
                configuration.unturnedLayers = (0..<configuration.layers).filter { ($0 + 1) % 4 == 0 }
            }),
        fallbacks: Fallbacks(
            kvHeads: 4, length: 32_768, theta: 2_000_000, tiedEmbeddings: true, beginID: 128_000,
            endID: 128_001),
        attentionBias: .asked, asksFeedForwardBias: true, ownFields: ["no_rope_layers"],
        read: { configuration, fields in
            let layers = 0..<configuration.layers
            let still: [Int]
            if fields.isAbsent("no_rope_layers") {
                let period = try fields.positive("no_rope_layer_interval", default: 4)
                still = layers.filter { ($0 + 1) % period == 0 }
            } else {
                // 1 where a layer turns, against the field's name.
                guard let turns = fields.value("no_rope_layers") as? [Int], turns.count >= layers.count,
                    turns.allSatisfy({ 0...1 ~= $0 })
                else {
                    throw fields.refusal(
                        "no_rope_layers", supported: "0 or 1 for each of \(layers.count) layers")
                }
                still = layers.filter { turns[$0] == 0 }
            }
            configuration.unturnedLayers = still
            guard !fields.isAbsent("sliding_window") else { return }
            let isOn = try fields.flag("use_sliding_window", default: false)
            let windowed = try configuration.layersWithWindow(fields) ?? (isOn ? still : [])
            guard !windowed.isEmpty else { return }
            configuration.slidingWindow = try fields.positive("sliding_window")
            configuration.windowedLayers = windowed
        },
        write: { configuration in
            let still = configuration.unturnedLayers ?? []
            return [
                "no_rope_layers": (0..<configuration.layers).map { still.contains($0) ? 0 : 1 },
                "use_sliding_window": configuration.slidingWindow != nil,
                "sliding_window": configuration.slidingWindow ?? NSNull(),
                "layer_types": configuration.layerTypes,
                // Transformers' own lies outside of a small vocabulary, which it does not open then.
                "pad_token_id": NSNull(),
            ]
        })
}
