import GGUF
import Tensors

extension GGUFFile {
    /// The tensors by their names in a Hugging Face folder, as the architecture has them.
    /// - Returns: gives a tensor by its name, nil where there is none
    func open(for configuration: ModelConfiguration, on backend: any Backend) -> (String) -> Tensor? {
        { name in
            guard let own = Self.name(ofHuggingFace: name), let entry = tensors[own],
                var numbers = numbers(of: own)
            else { return nil }
            // llama.cpp pairs neighbours where everybody else pairs halves of a head: it reorders their rows.
            if configuration.architecture == .llama, own.contains(".attn_q.") || own.contains(".attn_k.") {
                let heads = own.contains(".attn_q.") ? configuration.heads : configuration.kvHeads
                if entry.shape[0] == heads * configuration.headDim {
                    numbers = Self.unpaired(
                        numbers, heads: heads, headDim: configuration.headDim,
                        width: entry.shape.dropFirst().reduce(1, *))
                }
            }
            return Tensor(numbers, shape: entry.shape, on: backend)
        }
    }

    /// Row s × half + i of each head from row 2i + s.
    private static func unpaired(_ numbers: [Float], heads: Int, headDim: Int, width: Int) -> [Float] {
        let half = headDim / 2
        var result: [Float] = []
        result.reserveCapacity(numbers.count)
        for head in 0..<heads {
            for row in 0..<headDim {
                let from = (head * headDim + row % half * 2 + row / half) * width
                result += numbers[from..<from + width]
            }
        }
        return result
    }

    /// What the model reads of its configuration, and not as a weight.
    static let rotaryFactors = "rope_freqs.weight"

    private static let parts = [
        "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm", "self_attn.q_proj": "attn_q",
        "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
        "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm", "mlp.gate_proj": "ffn_gate",
        "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
    ]

    static func name(ofHuggingFace name: String) -> String? {
        switch name {
        case "model.embed_tokens.weight": return "token_embd.weight"
        case "model.norm.weight": return "output_norm.weight"
        case "lm_head.weight": return "output.weight"
        default: break
        }
        // model.layers.3.self_attn.q_proj.weight
        let words = name.split(separator: ".").map(String.init)
        guard words.count > 4, words[0] == "model", words[1] == "layers",
            let part = parts[words[3..<words.count - 1].joined(separator: ".")]
        else { return nil }
        return "blk.\(words[2]).\(part).\(words[words.count - 1])"
    }
}

extension LanguageModel {
    /// The names of every tensor that a model of a shape reads.
    static func names(of configuration: ModelConfiguration) -> [String] {
        var names: [String] = []
        _ = LanguageModel(configuration) { name, shape in
            names.append(name)
            return Tensor(shape: shape.map { _ in 0 })
        }
        return names
    }
}
