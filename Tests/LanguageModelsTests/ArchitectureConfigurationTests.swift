import Foundation
import LanguageModels
import TestSupport
import Testing

/// What `config.json` says of architectures beyond Llama's kin, and what of it is refused.
struct ArchitectureConfigurationTests {
    private func configuration(_ architecture: String, _ changes: String = "", hidden: Int = 64) throws
        -> ModelConfiguration
    {
        let fields = """
            "architectures": ["\(architecture)ForCausalLM"], "vocab_size": 300, "hidden_size": \(hidden),
            "intermediate_size": 96, "num_hidden_layers": 8, "num_attention_heads": 4, "num_key_value_heads": 2,
            "bos_token_id": 1
            """
        let folder = try TemporaryFolder().url
        try "{\(fields)\(changes.isEmpty ? "" : ", ")\(changes)}".write(
            to: folder.appendingPathComponent("config.json"), atomically: true, encoding: .utf8)
        return try ModelConfiguration(huggingFace: folder)
    }

    private static let factors = #""short_factor": [1, 1, 1], "long_factor": [2, 3, 4]"#

    @Test(arguments: [
        ("Gemma3", #""hidden_activation": "gelu""#, "hidden_activation is gelu"),
        ("Gemma3", #""attn_logit_softcapping": 50.0"#, "attn_logit_softcapping is 50"),
        ("Gemma3", #""final_logit_softcapping": 30.0"#, "final_logit_softcapping is 30"),
        ("Gemma3", #""use_bidirectional_attention": true"#, "use_bidirectional_attention is true"),
        ("Gemma3", #""layer_types": ["full_attention"]"#, "layer_types is"),
        ("Gemma3", #""sliding_window_pattern": 0"#, "sliding_window_pattern is 0"),
        ("Gemma3", #""query_pre_attn_scalar": 0"#, "query_pre_attn_scalar is 0"),
        (
            "Gemma3",
            #""rope_parameters": {"full_attention": {"rope_type": "ntk"}, "sliding_attention": null}"#,
            "rope_type is ntk"
        ),
        ("Phi3", #""hidden_act": "gelu_pytorch_tanh""#, "hidden_act is gelu_pytorch_tanh"),
        ("Phi3", #""num_local_experts": 16"#, "num_local_experts is 16"),
        ("Phi3", #""auto_map": {"AutoModelForCausalLM": "modeling_mine.Phi4ForCausalLM"}"#, "auto_map is"),
        ("Phi3", #""partial_rotary_factor": 0.2"#, "partial_rotary_factor is 0.2"),
        ("Phi3", #""partial_rotary_factor": 1.5"#, "partial_rotary_factor is 1.5"),
        ("Phi3", #""rope_scaling": {"type": "su", \#(factors)}"#, "must be 8 positive numbers each"),
        (
            "Phi3",
            #""partial_rotary_factor": 0.375, "rope_scaling": {"type": "longrope", "short_factor": [1, 1, 1], "long_factor": [2, 0, 4]}"#,
            "must be 3 positive numbers each"
        ),
        ("Olmo2", #""hidden_act": "gelu""#, "hidden_act is gelu"),
        ("Olmo2", #""num_experts": 64"#, "num_experts is 64"),
        ("Olmo2", #""partial_rotary_factor": 0.5"#, "partial_rotary_factor is 0.5"),
        ("SmolLM3", #""hidden_act": "relu2""#, "hidden_act is relu2"),
        ("SmolLM3", #""no_rope_layers": [1, 0]"#, "no_rope_layers is"),
        ("SmolLM3", #""no_rope_layers": [1, 1, 1, 2, 1, 1, 1, 0]"#, "no_rope_layers is"),
        (
            "SmolLM3", #""rope_parameters": {"full_attention": {"rope_theta": 1e4}}"#,
            "the same for all layers"
        ),
        ("SmolLM3", #""attn_logit_softcapping": 20.0"#, "attn_logit_softcapping is 20"),
        ("Granite", #""hidden_act": "gelu""#, "hidden_act is gelu"),
        ("Granite", #""num_local_experts": 32"#, "num_local_experts is 32"),
        ("Granite", #""logits_scaling": 0"#, "logits_scaling is 0"),
        ("Granite", #""residual_multiplier": "half""#, "residual_multiplier is half"),
        // What one architecture reads is nothing that another would heed.
        ("Llama", #""residual_multiplier": 0.22"#, "residual_multiplier is 0.22"),
        ("Olmo2", #""no_rope_layers": [1, 1, 1, 0, 1, 1, 1, 0]"#, "no_rope_layers is"),
        ("Gemma2", "", "architectures is"),
        ("GraniteMoe", "", "architectures is"),
        ("PhiMoE", "", "architectures is"),
    ])
    func `what would change results is refused by name`(
        _ architecture: String, _ changes: String, _ part: String
    ) {
        let error = #expect(throws: ModelError.self) { try configuration(architecture, changes) }
        let text = error?.description ?? ""
        #expect(text.contains(part) && text.contains("config.json") && !text.contains("\n"), "\(text)")
    }

    @Test func `a message lists what there is`() {
        let error = #expect(throws: ModelError.self) { try configuration("Gemma2") }
        let text = error?.description ?? ""
        #expect(Architecture.all.allSatisfy { text.contains($0.name) }, "\(text)")
    }

    @Test func `Gemma 3 has two kinds of layers`() throws {
        let plain = try configuration("Gemma3")
        #expect(plain.tiedEmbeddings && plain.headDim == 256 && plain.headNorms)
        #expect((0..<8).map { plain.window(ofLayer: $0) } == [4096, 4096, 4096, 4096, 4096, nil, 4096, 4096])
        #expect(plain.rotary(ofLayer: 5)?.theta == 1_000_000 && plain.rotary(ofLayer: 6)?.theta == 10_000)
        #expect(plain.attentionScale == 1.0 / 16 && plain.embeddingMultiplier == 8)
        // In both dialects, as published and as transformers 5 writes it.
        let old = try configuration(
            "Gemma3",
            #""sliding_window_pattern": 2, "rope_theta": 5e5, "rope_local_base_freq": 5e3, "rope_scaling": {"rope_type": "linear", "factor": 8}"#
        )
        let new = try configuration(
            "Gemma3",
            #""sliding_window_pattern": 2, "rope_parameters": {"full_attention": {"rope_type": "linear", "rope_theta": 5e5, "factor": 8}, "sliding_attention": {"rope_type": "default", "rope_theta": 5e3}}"#
        )
        #expect(old == new && old.rotary == RotaryConfiguration(theta: 5e5, scaling: .linear(factor: 8)))
        #expect(old.windowedRotary == RotaryConfiguration(theta: 5e3))
        // Without a window, the kinds still differ in their angles.
        let open = try configuration("Gemma3", #""sliding_window": null"#)
        #expect(open.window(ofLayer: 0) == nil && open.rotary(ofLayer: 0)?.theta == 10_000)
    }

    /// √24 = 4.899 is 4.90625 in 8 digits of two and 4.8984375 in 11.
    @Test(arguments: [("float32", 24.0.squareRoot()), ("bfloat16", 4.90625), ("float16", 4.8984375)])
    func `Gemma's embeddings are scaled by a number of the weights' type`(_ type: String, _ scale: Double)
        throws
    {
        for field in ["dtype", "torch_dtype"] {
            let found = try configuration("Gemma3", #""\#(field)": "\#(type)""#, hidden: 24)
            #expect(found.embeddingMultiplier == scale)
        }
    }

    @Test func `Phi-4-mini turns a share of heads, by factors that follow the length`() throws {
        let found = try configuration(
            "Phi3",
            #"""
            "max_position_embeddings": 131072, "original_max_position_embeddings": 4096, "partial_rotary_factor": 0.375,
            "rope_scaling": {"type": "longrope", \#(Self.factors)}, "sliding_window": 262144,
            "auto_map": {"AutoConfig": "configuration_phi3.Phi3Config", "AutoTokenizer": "Xenova/gpt-4o",
            "AutoModelForCausalLM": "modeling_phi3.Phi3ForCausalLM"}
            """#)
        #expect(found.rotary.turnedShare == 0.375 && found.contextLimit == 131_072)
        // √(1 + ln 32 / ln 4096)
        #expect(abs(found.rotary.amplitude - 1.190_238) < 1e-6)
        let short = found.rotary.frequencies(headDim: 16, length: 4096)
        let long = found.rotary.frequencies(headDim: 16, length: 4097)
        #expect(short.count == 3 && zip(short, long).map { ($0 / $1).rounded() } == [2, 3, 4])
        #expect(try configuration("Phi3").rotary(ofLayer: 0)?.turnedShare == nil)
    }

    @Test func `SmolLM3 turns nothing in every fourth layer, or where the file says`() throws {
        let plain = try configuration("SmolLM3")
        #expect(
            (0..<8).map { plain.rotary(ofLayer: $0) == nil } == [
                false, false, false, true, false, false, false, true,
            ])
        #expect(plain.rotary.theta == 2_000_000 && plain.slidingWindow == nil)
        let told = try configuration(
            "SmolLM3",
            #""no_rope_layers": [0, 1, 1, 1, 1, 1, 1, 0], "use_sliding_window": true, "sliding_window": 9"#)
        #expect(told.unturnedLayers == [0, 7] && told.windowedLayers == [0, 7])
        #expect(told.window(ofLayer: 7) == 9 && told.window(ofLayer: 1) == nil)
    }

    @Test func `Granite's four multipliers, and what is absent`() throws {
        let told = try configuration(
            "Granite",
            #""embedding_multiplier": 12, "residual_multiplier": 0.22, "attention_multiplier": 0.015625, "logits_scaling": 8"#
        )
        #expect(
            told.embeddingMultiplier == 12 && told.residualMultiplier == 0.22
                && told.attentionScale == 0.015625 && told.logitsDivisor == 8)
        // Transformers multiplies scores by 1 where the file says nothing, and not by 1/√headDim.
        #expect(try configuration("Granite").attentionScale == 1)
        let olmo = try configuration("Olmo2", #""eos_token_id": [7, 9]"#)
        #expect(olmo.normEpsilon == 1e-5 && !olmo.headNorms && olmo.eosIDs == [7, 9])
    }

    /// Ids that transformers falls back on are beyond a small vocabulary.
    @Test(arguments: ["Phi3", "SmolLM3"])
    func `what is saved names no padding`(_ architecture: String) throws {
        #expect(try configuration(architecture).huggingFace["pad_token_id"] is NSNull)
    }

    @Test func `a configuration survives coding, and older ones are read`() throws {
        let found = try configuration("SmolLM3")
        let again = try JSONDecoder().decode(ModelConfiguration.self, from: JSONEncoder().encode(found))
        #expect(again == found)
        // As it was before there were architectures with more fields.
        let llama = ModelConfiguration(
            vocabularySize: 8, hiddenSize: 8, intermediateSize: 8, layers: 1, heads: 2)
        let fields = try #require(
            JSONSerialization.jsonObject(with: JSONEncoder().encode(llama)) as? [String: Any])
        #expect(
            Set(fields.keys) == [
                "architecture", "vocabularySize", "hiddenSize", "intermediateSize", "layers", "heads",
                "kvHeads",
                "headDim", "normEpsilon", "tiedEmbeddings", "projectionBias", "outputBias", "feedForwardBias",
                "rotary", "firstWindowedLayer", "trainedLength", "eosIDs",
            ])
        #expect(fields["architecture"] as? String == "LlamaForCausalLM")
    }
}
