import Foundation

extension Architecture {
    /// Mistral (Jiang et al. 2023): a Llama whose layers all see through a window, or none.
    static let mistral = Architecture(
        name: "MistralForCausalLM", modelType: "mistral",
        fallbacks: Fallbacks(kvHeads: 8, length: 131_072, beginID: 1, endID: 2),
        read: { configuration, fields in
            configuration.slidingWindow =
                fields.isPresentNull("sliding_window")
                ? nil : try fields.positive("sliding_window", default: 4096)
        },
        write: { ["sliding_window": $0.slidingWindow ?? NSNull()] })
}
