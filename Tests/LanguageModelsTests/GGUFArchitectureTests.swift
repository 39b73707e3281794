import Foundation
import GGUF
import LanguageModels
import Tensors
import TestSupport
import Testing

/// Architectures beyond Llama's kin in GGUF files (Tests/References/gguf_architectures.py): against the folders that they
/// are of, against transformers, and against llama.cpp on the same file.
struct GGUFArchitectureTests {
    private typealias Expected = ReferenceOutputs<ReferenceLogits>

    static let names = ["gemma3-bf16", "granite", "olmo2", "phi3", "phi4-mini", "smollm3"]
    /// Without rounding rows to the 16 bits of stored weights.
    private let c = Computation(backend: CPUBackend(isRounding: false))

    private func url(_ name: String) -> URL {
        Reference.folder("gguf").appendingPathComponent("\(name).gguf")
    }

    private func expected(_ file: String) throws -> Expected {
        try JSONDecoder().decode(Expected.self, from: Data(contentsOf: Reference.folder(file)))
    }

    @Test(arguments: names)
    func `a model of a file is that of its folder`(_ name: String) throws {
        let checkpoint = try Checkpoint(url(name))
        #expect(checkpoint.notices.isEmpty, "\(checkpoint.notices)")
        let (found, expected) = (
            try LanguageModel(checkpoint), try LanguageModel(folder: ArchitectureTests.folder(name))
        )
        var (own, folders) = (found.configuration, expected.configuration)
        for length in [1, 4096] {
            let frequencies = [own, folders].map {
                $0.rotary.frequencies(headDim: $0.headDim, length: length)
            }
            #expect(distance(frequencies[0].map { Float($0) }, frequencies[1].map { Float($0) }) < 1e-6)
        }
        // Numbers that the file keeps in 32 bits; Gemma's folder scales by what its 16 bits hold.
        let tolerance = name == "gemma3-bf16" ? 2e-3 : 1e-6
        for field in [
            \.attentionScale, \.embeddingMultiplier, \.residualMultiplier, \.logitsDivisor,
        ] as [WritableKeyPath<ModelConfiguration, Double?>] {
            #expect((own[keyPath: field] == nil) == (folders[keyPath: field] == nil))
            let (a, b) = (own[keyPath: field] ?? 1, folders[keyPath: field] ?? 1)
            #expect(abs(a / b - 1) < tolerance)
            own[keyPath: field] = folders[keyPath: field]
        }
        #expect(abs(own.rotary.amplitude - folders.rotary.amplitude) < 1e-6)
        #expect(own.rotary.turnedShare == folders.rotary.turnedShare)
        #expect(abs(own.normEpsilon / folders.normEpsilon - 1) < 1e-6)
        (own.rotary, own.normEpsilon) = (folders.rotary, folders.normEpsilon)
        #expect(own == folders)
        expectSameTensors(found, expected)
    }

    /// Logits of the sequences, the long one's at places, and greedy tokens behind the first.
    /// - Parameters:
    ///   - length: places from it on are not compared, and no greedy tokens; nil for all
    ///   - isLongAlone: whether the short sequences are not compared
    private func compare(
        _ name: String, _ all: Expected, upTo length: Int? = nil, isLongAlone: Bool = false,
        tolerance: Float = 1e-5
    ) throws {
        let model = try LanguageModel(Checkpoint(url(name)))
        let reference = try #require(all.models[name])
        let width = model.configuration.vocabularySize
        for (i, tokens) in all.tokens.enumerated() where !isLongAlone {
            let count = min(length ?? tokens.count, tokens.count)
            let rows = reference.short[(i * tokens.count * width)...].prefix(count * width)
            let own = model.logits(Packed([Array(tokens.prefix(count))]).hidden(of: model, c), in: c).values
            #expect(distance(own, Array(rows)) < tolerance, "sequence \(i)")
        }
        let long = Packed.long.prefix((all.places.max() ?? 0) + 1)
        let logits = model.logits(Packed([Array(long)]).hidden(of: model, c), in: c).values
        for (i, place) in all.places.enumerated() where place < length ?? .max {
            let row = Array(reference.long[(i * width)...].prefix(width))
            let own = Array(logits[(place * width)...].prefix(width))
            #expect(distance(own, row) < 10 * tolerance, "place \(place)")
        }
        guard length == nil, !isLongAlone else { return }
        let generated = model.greedy(behind: all.tokens[0], count: reference.greedy.count, c)
        #expect(generated == reference.greedy)
    }

    /// llama.cpp sees through no windows of Phi-3, as transformers does, so that rows are compared before they differ; it
    /// turns short sequences of Phi-4-mini by the factors of long ones where a long one would fit; and it looks Gemma's
    /// activation up in a table of 16 bits.
    @Test(arguments: names)
    func `logits and greedy tokens are those of llama cpp`(_ name: String) throws {
        let all = try expected("gguf-architectures.json")
        #expect(Set(all.models.keys) == Set(Self.names))
        try compare(
            name, all, upTo: name == "phi3" ? 7 : nil, isLongAlone: name == "phi4-mini",
            tolerance: name == "gemma3-bf16" ? 1e-3 : 1e-5)
    }

    /// But Gemma's, whose embeddings transformers scales by what 16 bits hold.
    @Test(arguments: names.filter { $0 != "gemma3-bf16" })
    func `logits and greedy tokens are those of transformers`(_ name: String) throws {
        try compare(name, try expected("architectures.json"))
    }

    // MARK: - What a file may say

    /// A copy of a file with other bytes in it, of the same length.
    private func opened(
        _ name: String, replacing old: Data, with new: Data
    ) throws -> Result<ModelConfiguration, any Error> {
        let file = temporaryPath(suffix: ".gguf")
        var data = try Data(contentsOf: url(name))
        #expect(old.count == new.count)
        let range = try #require(data.range(of: old))
        data.replaceSubrange(range, with: new)
        try data.write(to: file)
        return Result { try LanguageModel(Checkpoint(file)).configuration }
    }

    private func opened(
        _ name: String, _ field: String, _ type: UInt8, _ old: some Any, _ new: some Any
    ) throws -> Result<ModelConfiguration, any Error> {
        func bytes(_ value: some Any) -> Data {
            Data(field.utf8) + [type, 0, 0, 0] + withUnsafeBytes(of: value) { Data($0) }
        }
        return try opened(name, replacing: bytes(old), with: bytes(new))
    }

    private func refusal(_ result: Result<ModelConfiguration, any Error>) -> String {
        guard case .failure(let error) = result else { return "" }
        #expect(!"\(error)".contains("\n"))
        return "\(error)"
    }

    private func renamed(_ name: String, _ old: String, _ new: String) throws -> String {
        refusal(try opened(name, replacing: Data(old.utf8), with: Data(new.utf8)))
    }

    @Test func `what would change results is named`() throws {
        let still = try opened(
            "granite", "granite.rope.scaling.finetuned", 7, UInt8(1), UInt8(0))
        #expect(refusal(still).contains("granite.rope.scaling.finetuned is false"))
        let divisor = try opened("granite", "granite.logit_scale", 6, Float(3), Float(0))
        #expect(refusal(divisor).contains("granite.logit_scale is 0.0, expected a number above 0"))
        // What other architectures have, by names as long as those that they replace.
        #expect(
            try renamed("olmo2", "olmo2.rope.freq_base", "olmo2.residual_scale")
                .contains("olmo2.residual_scale is 10000.0, which would change the results"))
        #expect(
            try renamed("gemma3-bf16", "gemma3.attention.value_length", "gemma3.attn_logit_softcapping")
                .contains("gemma3.attn_logit_softcapping is 8"))
        let pattern = try opened(
            "gemma3-bf16", "gemma3.attention.sliding_window_pattern", 4, UInt32(2), UInt32(0))
        #expect(refusal(pattern).contains("gemma3.attention.sliding_window_pattern is 0, expected"))
        let turned = try opened("phi4-mini", "phi3.rope.dimension_count", 4, UInt32(6), UInt32(10))
        #expect(
            refusal(turned).contains("phi3.rope.dimension_count is 10") && refusal(turned).contains("up to 8")
        )
        let fewer = try opened("phi4-mini", "phi3.rope.dimension_count", 4, UInt32(6), UInt32(4))
        #expect(refusal(fewer).contains("rope_factors_short.weight is not 2 positive numbers"))
        let part = try opened("smollm3", "smollm3.rope.dimension_count", 4, UInt32(6), UInt32(4))
        #expect(
            refusal(part).contains("smollm3.rope.dimension_count is 4")
                && refusal(part).contains("supported: 6"))
        #expect(
            try renamed("phi4-mini", "rope_factors_long.weight", "rope_factors_lonG.weight")
                .contains("holds no tensor 'rope_factors_long.weight'"))
        #expect(
            try renamed("phi3", "blk.1.attn_qkv.weight", "blk.1.attn_qkV.weight").contains("qkv_proj"))
        #expect(
            try renamed("olmo2", "blk.1.post_ffw_norm.weight", "blk.1.post_ffw_norM.weight")
                .contains("post_feedforward_layernorm"))
    }

    @Test func `windows are as the file says`() throws {
        let none = try opened("phi3", "phi3.attention.sliding_window", 4, UInt32(7), UInt32(0)).get()
        #expect(none.slidingWindow == nil)
        let everywhere = try opened(
            "gemma3-bf16", "gemma3.attention.sliding_window", 4, UInt32(9), UInt32(0)
        ).get()
        #expect(everywhere.slidingWindow == nil && everywhere.windowedLayers == [])
        let longer = try opened(
            "gemma3-bf16", "gemma3.attention.sliding_window_pattern", 4, UInt32(2), UInt32(6)
        ).get()
        #expect(longer.windowedLayers == [0, 1])
    }
}
