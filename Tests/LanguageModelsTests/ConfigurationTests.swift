import Foundation
import LanguageModels
import TestSupport
import Testing

struct ConfigurationTests {
    private let folder = temporaryPath("config")

    /// A sound configuration with some fields replaced, and optionally a generation_config.json.
    private func configuration(_ changes: String, generation: String? = nil) throws -> ModelConfiguration {
        let base = #"""
            {"architectures": ["LlamaForCausalLM"], "vocab_size": 300, "hidden_size": 64, "intermediate_size": 96,
             "num_hidden_layers": 4, "num_attention_heads": 4, "max_position_embeddings": 4096}
            """#
        var fields = try #require(JSONSerialization.jsonObject(with: Data(base.utf8)) as? [String: Any])
        let changed = try #require(
            JSONSerialization.jsonObject(with: Data("{\(changes)}".utf8)) as? [String: Any])
        fields.merge(changed) { $1 }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try JSONSerialization.data(withJSONObject: fields).write(
            to: folder.appendingPathComponent("config.json"))
        if let generation {
            try Data(generation.utf8).write(to: folder.appendingPathComponent("generation_config.json"))
        }
        return try ModelConfiguration(huggingFace: folder)
    }

    @Test(arguments: [
        (#""quantization_config": {"quant_method": "bitsandbytes"}"#, "quantization_config is"),
        (#""architectures": ["MixtralForCausalLM"]"#, #"architectures is ["#),
        (#""num_local_experts": 8"#, "num_local_experts is 8"),
        (#""alibi": true"#, "alibi is true"),
        (#""auto_map": {"AutoModel": "modeling.Model"}"#, "auto_map is"),
        (#""hidden_act": "gelu""#, "hidden_act is gelu"),
        (#""hidden_act": 3"#, "hidden_act is 3"),
        (#""partial_rotary_factor": 0.5"#, "partial_rotary_factor is 0.5"),
        (#""rope_parameters": {"rope_type": "default", "partial_rotary_factor": 0.25}"#, "is 0.25"),
        (#""rope_scaling": {"type": "longrope", "factor": 4}"#, "rope_type is longrope"),
        (#""rope_scaling": {"type": "linear"}"#, "rope_scaling.factor is missing"),
        (#""rope_scaling": {"type": "linear", "factor": -2}"#, "rope_scaling.factor is -2"),
        (#""rope_scaling": {"rope_type": "llama3", "factor": 8}"#, "low_freq_factor is missing"),
        (#""rope_scaling": 4"#, "rope_scaling is 4"),
        (#""rope_parameters": {"full_attention": {"rope_theta": 1e4}}"#, "the same for all layers"),
        (#""rope_theta": 0.5"#, "rope_theta is 0.5"),
        (#""attention_bias": "yes""#, "attention_bias is yes"),
        (#""eos_token_id": "end""#, "eos_token_id is end"),
        (#""eos_token_id": [1, 4294967296]"#, "eos_token_id is"),
        (#""num_hidden_layers": 1099511627776"#, "num_hidden_layers is 1099511627776"),
        (#""hidden_size": 63.5"#, "hidden_size is 63.5"),
        (
            #""architectures": ["Qwen2ForCausalLM"], "num_key_value_heads": 2, "use_sliding_window": true, "sliding_window": 4, "layer_types": ["sliding_attention", "full_attention", "full_attention", "full_attention"]"#,
            "layer_types is"
        ),
    ])
    func `a field that would change results is refused by name`(_ changes: String, _ part: String) {
        let error = #expect(throws: ModelError.self) { try configuration(changes) }
        let text = error?.description ?? ""
        #expect(text.contains(part) && text.contains("config.json") && !text.contains("\n"), "\(text)")
    }

    @Test func `what is absent has the value that transformers gives it`() throws {
        let llama = try configuration("")
        #expect(llama.kvHeads == 4 && llama.headDim == 16 && llama.normEpsilon == 1e-6)
        #expect(
            !llama.tiedEmbeddings && llama.bosID == 1 && llama.eosIDs == [2] && llama.slidingWindow == nil)
        let silent = try configuration(#""bos_token_id": null, "eos_token_id": null"#)
        #expect(silent.bosID == nil && silent.eosIDs.isEmpty)
        let mistral = try configuration(#""architectures": ["MistralForCausalLM"], "num_key_value_heads": 2"#)
        #expect(mistral.slidingWindow == 4096 && mistral.firstWindowedLayer == 0)
        let qwen = try configuration(
            #""architectures": ["Qwen3ForCausalLM"], "num_key_value_heads": 2, "sliding_window": 9"#)
        #expect(qwen.headDim == 128 && qwen.headNorms && qwen.slidingWindow == nil && qwen.bosID == nil)
    }

    @Test func `both dialects say the same`() throws {
        let old = try configuration(#""rope_theta": 5e5, "rope_scaling": {"type": "linear", "factor": 2}"#)
        let new = try configuration(
            #""rope_parameters": {"rope_type": "linear", "rope_theta": 5e5, "factor": 2.0}"#)
        #expect(old == new && old.rotary == RotaryConfiguration(theta: 5e5, scaling: .linear(factor: 2)))
    }

    @Test func `the base of the angles is where it is said, once`() throws {
        let beside =
            #""rope_scaling": {"type": "linear", "factor": 2}, "rope_parameters": {"rope_theta": 5e5}"#
        #expect(
            try configuration(beside).rotary == RotaryConfiguration(theta: 5e5, scaling: .linear(factor: 2)))
        for (changes, part) in [
            (
                #""rope_theta": 1e4, "rope_parameters": {"rope_theta": 5e5}"#,
                "rope_theta is 10000.0 in one place"
            ),
            (
                #""rope_scaling": {"type": "linear", "factor": 2}, "rope_parameters": {"rope_type": "default"}"#,
                "rope_scaling asks for linear and rope_parameters for default"
            ),
        ] {
            let error = #expect(throws: ModelError.self) { try configuration(changes) }
            #expect(error?.description.contains(part) == true, "\(String(describing: error))")
        }
    }

    @Test func `Infinity, which Python writes, is no fault where nothing reads it`() throws {
        let plain = try configuration("")
        let file = folder.appendingPathComponent("config.json")
        let text = try String(contentsOf: file, encoding: .utf8)
        func read(_ field: String) throws -> ModelConfiguration {
            try ("{" + field + "," + text.dropFirst()).write(to: file, atomically: true, encoding: .utf8)
            return try ModelConfiguration(huggingFace: folder)
        }
        #expect(try read(#""limits": [0.0, Infinity, -Infinity, NaN], "a": "NaN, \" Infinity""#) == plain)
        let error = #expect(throws: ModelError.self) { try read(#""rms_norm_eps": Infinity"#) }
        #expect(
            error?.description.contains("rms_norm_eps is Infinity") == true, "\(String(describing: error))")
    }

    @Test func `a scaling says how far the model reaches`() throws {
        #expect(try configuration("").contextLimit == 4096)
        let yarn = #""rope_scaling": {"type": "yarn", "factor": 4, "original_max_position_embeddings": 4096}"#
        #expect(try configuration(yarn).contextLimit == 16_384)
        #expect(try configuration(#""rope_scaling": {"type": "dynamic", "factor": 2}"#).contextLimit == 8192)
    }

    @Test func `generation_config adds to what ends an output`() throws {
        #expect(try configuration(#""eos_token_id": [3, 4]"#).eosIDs == [3, 4])
        #expect(
            try configuration(#""eos_token_id": 3"#, generation: #"{"eos_token_id": [7, 8]}"#).eosIDs == [
                3, 7, 8,
            ])
        #expect(
            try configuration(#""eos_token_id": 3"#, generation: #"{"eos_token_id": 9}"#).eosIDs == [3, 9])
        #expect(try configuration(#""eos_token_id": 3"#, generation: #"{"top_p": 0.9}"#).eosIDs == [3])
    }

    private static let samples = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("shared/data")

    @Test(
        .enabled(
            if: FileManager.default.fileExists(atPath: samples.path), "there are no sample configurations"))
    func `published configurations are read, or refused for what they are`() throws {
        func read(_ path: String) throws -> ModelConfiguration {
            try ModelConfiguration(huggingFace: Self.samples.appendingPathComponent(path))
        }
        let llama = try read("configs/Llama-3.2-1B")
        #expect(llama.kvHeads == 8 && llama.tiedEmbeddings && llama.rotary.theta == 500_000)
        let scaling = RotaryConfiguration.Scaling.llama3(
            factor: 32, lowFrequency: 1, highFrequency: 4, originalLength: 8192)
        #expect(llama.rotary.scaling == scaling && llama.contextLimit == 131_072)
        let mistral = try read("configs/Mistral-7B-Instruct-v0.2")
        #expect(mistral.slidingWindow == nil && mistral.headDim == 128 && mistral.contextLimit == 32_768)
        let qwen3 = try read("configs/Qwen3-8B")
        #expect(
            qwen3.headNorms && !qwen3.tiedEmbeddings && !qwen3.projectionBias && qwen3.slidingWindow == nil)
        #expect(try read("configs/Qwen3-1.7B").headDim == 128)
        #expect(try read("configs/TinyLlama-1.1B-Chat-v1.0").eosIDs == [2])
        #expect(try read("tokenizers/smollm2").kvHeads == 3)
        let qwen2 = try read("tokenizers/qwen2.5")
        #expect(qwen2.projectionBias && !qwen2.outputBias && qwen2.eosIDs == [151_645, 151_643])
        let error = #expect(throws: ModelError.self) { try read("configs/mistral-7b-bnb-4bit_swa4096") }
        #expect(error?.description.contains("quantization_config") == true)
    }
}
