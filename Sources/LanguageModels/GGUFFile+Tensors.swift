import GGUF
import Tensors

extension GGUFFile {
    /// The tensors by their names in a Hugging Face folder, as the architecture has them.
    /// - Returns: gives a tensor by its name, nil where there is none
    func open(for configuration: ModelConfiguration, on backend: any Backend) -> (String) -> Tensor? {
        { name in
            guard let own = Self.name(ofHuggingFace: name, in: configuration.architecture),
                let tensor = tensor(own, on: backend)
            else { return nil }
            // llama.cpp pairs neighbours where everybody else pairs halves of a head: it reorders their rows.
            if configuration.architecture.gguf?.pairsNeighbours == true,
                own.contains(".attn_q.") || own.contains(".attn_k.")
            {
                let heads = own.contains(".attn_q.") ? configuration.heads : configuration.kvHeads
                return Self.unpaired(tensor, heads: heads, headDim: configuration.headDim)
            }
            return tensor
        }
    }

    /// Row s × half + i of each head from row 2i + s; [heads × headDim, width], or a bias of as many numbers.
    private static func unpaired(_ tensor: Tensor, heads: Int, headDim: Int) -> Tensor {
        guard tensor.shape[0] == heads * headDim else { return tensor }
        let half = headDim / 2
        let order = (0..<heads * headDim).map { row in
            let (head, place) = (row / headDim * headDim, row % headDim)
            return Int32(head + place % half * 2 + place / half)
        }
        return tensor.selectingRows(order)
    }

    /// What the model reads as a part of its configuration, and not as a weight.
    static let rotaryFactors = "rope_freqs.weight"
    static let shortFactors = "rope_factors_short.weight"
    static let longFactors = "rope_factors_long.weight"

    private static let parts = [
        "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
        "self_attn.qkv_proj": "attn_qkv", "self_attn.o_proj": "attn_output",
        "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm", "mlp.gate_proj": "ffn_gate",
        "mlp.up_proj": "ffn_up", "mlp.gate_up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
    ]

    /// The name of a tensor that a folder of the architecture calls otherwise; nil where a file has none of it.
    static func name(ofHuggingFace name: String, in architecture: Architecture) -> String? {
        switch name {
        case "model.embed_tokens.weight": return "token_embd.weight"
        case "model.norm.weight": return "output_norm.weight"
        case "lm_head.weight": return "output.weight"
        default: break
        }
        // model.layers.3.self_attn.q_proj.weight
        let words = name.split(separator: ".").map(String.init)
        guard words.count > 4, words[0] == "model", words[1] == "layers" else { return nil }
        let part = words[3..<words.count - 1].joined(separator: ".")
        guard let own = architecture.norms.ggufNames[part] ?? parts[part] else { return nil }
        return "blk.\(words[2]).\(own).\(words[words.count - 1])"
    }
}

extension Architecture.LayerNorms {
    /// A file's names of norms by a folder's: the same name stands in different places of different architectures.
    fileprivate var ggufNames: [String: String] {
        let places = [
            (beforeAttention, "attn_norm"), (afterAttention, "post_attention_norm"),
            (beforeFeedForward, "ffn_norm"), (afterFeedForward, "post_ffw_norm"),
        ]
        return Dictionary(uniqueKeysWithValues: places.compactMap { own, name in own.map { ($0, name) } })
    }
}

extension LanguageModel {
    /// The names of every tensor that a model of a shape reads, as a Hugging Face folder has them.
    static func names(of configuration: ModelConfiguration) -> [String] {
        var names: [String] = []
        _ = LanguageModel(configuration) { name, shape in
            names.append(configuration.place(of: name)?.name ?? name)
            return Tensor(shape: shape.map { _ in 0 })
        }
        return names
    }
}
