import Foundation
import GGUF
import Tensors

extension ModelConfiguration {
    /// Reads a GGUF file's metadata, and from its tensors what only they tell: biases, a head of its own.
    ///
    /// What would change results and is not supported is refused by name.
    init(_ gguf: GGUFFile) throws {
        let fields = GGUFFields(gguf)
        let name = gguf.metadata.text(GGUFFields.architecture) ?? ""
        guard let architecture = Architecture.all.first(where: { $0.gguf?.name == name }),
            let form = architecture.gguf
        else {
            throw fields.refusal(
                GGUFFields.architecture, found: "'\(name)'",
                supported: Architecture.all.compactMap(\.gguf?.name).joined(separator: ", "))
        }
        let hidden = try fields.positive("embedding_length")
        let heads = try fields.positive("attention.head_count")
        guard let embedding = gguf.tensors["token_embd.weight"]?.shape, embedding.count == 2 else {
            throw ModelError.missingTensor(folder: gguf.url.path, name: "token_embd.weight")
        }
        self.init(
            vocabularySize: embedding[0], hiddenSize: hidden,
            intermediateSize: try fields.positive("feed_forward_length"),
            layers: try fields.positive("block_count"), heads: heads,
            kvHeads: try fields.positive("attention.head_count_kv", default: heads),
            headDim: try fields.positive("attention.key_length", default: max(1, hidden / heads)))
        guard heads % kvHeads == 0, headDim % 2 == 0 else {
            throw ModelError.badConfiguration(
                file: gguf.url.path,
                reason: "\(heads) heads of \(headDim) do not share \(kvHeads) key-value heads")
        }
        self.architecture = architecture
        try fields.require("attention.value_length", headDim)
        if !architecture.turnsPartOfHeads { try fields.require("rope.dimension_count", headDim) }
        try fields.require("expert_count", 0)
        for field in GGUFFields.changing where !form.ownFields.contains(field) {
            try fields.require(field, 0)
        }
        normEpsilon = try fields.number("attention.layer_norm_rms_epsilon", default: 1e-5)
        tiedEmbeddings = gguf.tensors["output.weight"] == nil
        projectionBias = gguf.tensors["blk.0.attn_q.bias"] != nil
        outputBias = gguf.tensors["blk.0.attn_output.bias"] != nil
        feedForwardBias = gguf.tensors["blk.0.ffn_gate.bias"] != nil
        trainedLength = try fields.positive("context_length")
        rotary = try RotaryConfiguration(fields, headDim: headDim)
        try form.read(&self, fields)
        let tokens = ["bos", "eos", "eot"].map { part in
            gguf.metadata.integer("tokenizer.ggml.\(part)_token_id").flatMap { id in
                0..<embedding[0] ~= id ? Int32(id) : nil
            }
        }
        bosID = tokens[0]
        eosIDs = tokens.dropFirst().compactMap { $0 }.reduce(into: []) { ids, id in
            if !ids.contains(id) { ids.append(id) }
        }
    }
}
