import Foundation

extension Architecture {
    /// Phi-3 and Phi-4-mini (Abdin et al. 2024): a Llama with fused projections, of whose heads a share may turn, by
    /// factors that change where a sequence grows longer than at first (LongRoPE, Ding et al. 2024).
    static let phi3 = Architecture(
        name: "Phi3ForCausalLM", modelType: "phi3",
        gguf: GGUFForm(
            name: "phi3", ownFields: ["attention.sliding_window"],
            // llama.cpp sees through no window here, its makers' code and transformers do.
            read: { $0.slidingWindow = try $1.window }),
        fallbacks: Fallbacks(
            length: 4096, originalLength: 4096, normEpsilon: 1e-5, beginID: 1, endID: 32_000),
        turnsPartOfHeads: true, scalingAliases: ["su": "longrope", "yarn": "longrope"],
        ownFields: ["auto_map"],
        read: { configuration, fields in
            // The makers' folders name the code that transformers has since taken over.
            let code = ["AutoConfig", "AutoModelForCausalLM"].compactMap {
                fields.nested("auto_map")?.value($0) as? String
            }
            guard code.allSatisfy({ $0.contains("_phi3.Phi3") }) else {
                throw fields.refusal("auto_map", supported: "the code of Phi-3's makers")
            }
            configuration.slidingWindow =
                fields.isAbsent("sliding_window") ? nil : try fields.positive("sliding_window")
        },
        write: { configuration in
            var fields: [String: Any] = [
                "sliding_window": configuration.slidingWindow ?? NSNull(),
                // Transformers' own lies outside of a small vocabulary, which it does not open then.
                "pad_token_id": NSNull(),
            ]
            if let share = configuration.rotary.turnedShare { fields["partial_rotary_factor"] = share }
            // Transformers looks for it here, and takes 4,096 where it is not.
            if case .longRoPE(_, _, let length, _) = configuration.rotary.scaling {
                fields["original_max_position_embeddings"] = Int(length)
            }
            return fields
        },
        fused: [
            FusedProjections(
                name: "self_attn.qkv_proj",
                parts: ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"]),
            FusedProjections(name: "mlp.gate_up_proj", parts: ["mlp.gate_proj", "mlp.up_proj"]),
        ])
}
