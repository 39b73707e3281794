import Foundation
import GGUF
import LanguageModels
import Tensors
import TestSupport
import Testing

/// Tiny checkpoints in GGUF files (Tests/References/gguf_files.py) against the folders that they are of.
struct GGUFModelTests {
    private func url(_ name: String) -> URL {
        Reference.folder("gguf").appendingPathComponent("\(name).gguf")
    }

    @Test(arguments: ["llama", "llama3-tied", "llama-linear-sharded-bf16", "qwen2", "qwen3"])
    func `a model of a file is that of its folder`(_ name: String) throws {
        let checkpoint = try Checkpoint(url(name))
        #expect(checkpoint.name == name && checkpoint.notices.isEmpty)
        #expect(checkpoint.folder.lastPathComponent == name)
        #expect(checkpoint.files.map(\.name) == ["model.gguf"])
        let (found, expected) = (
            try LanguageModel(checkpoint), try LanguageModel(folder: Reference.folder(name))
        )
        var (own, folders) = (found.configuration, expected.configuration)
        let turning = own.rotary.frequencies(headDim: own.headDim)
        let folderTurning = folders.rotary.frequencies(headDim: folders.headDim)
        #expect(zip(turning, folderTurning).allSatisfy { abs($0 / $1 - 1) < 1e-6 })
        #expect(abs(own.normEpsilon / folders.normEpsilon - 1) < 1e-6)
        (own.rotary, own.normEpsilon) = (folders.rotary, folders.normEpsilon)
        // The two say the same; where the window is switched off, its layers do not matter.
        (own.firstWindowedLayer, folders.firstWindowedLayer) = (0, 0)
        #expect(own == folders)
        expectSameTensors(found, expected)
    }

    private func refusal(_ change: (inout Data) throws -> Void) throws -> String {
        let file = temporaryPath(suffix: ".gguf")
        var data = try Data(contentsOf: url("llama"))
        try change(&data)
        try data.write(to: file)
        do {
            let checkpoint = try Checkpoint(file)
            _ = try LanguageModel(checkpoint)
            return checkpoint.notices.joined()
        } catch {
            #expect(!"\(error)".contains("\n"))
            return "\(error)"
        }
    }

    @Test func `what does not fit is named`() throws {
        func replace(_ old: String, _ new: String) throws -> String {
            try refusal { data in
                while let range = data.range(of: Data(old.utf8)) {
                    data.replaceSubrange(range, with: Data(new.utf8))
                }
            }
        }
        // A text of the same length, so that the file stays sound.
        #expect(
            try replace("blk.1.attn_q.weight", "blk.1.attn_z.weight").contains(
                "model.layers.1.self_attn.q_proj"))
        #expect(
            try replace("llama.embedding_length", "llama.embedding_lengtX").contains(
                "llama.embedding_length is missing"))
        // The name alone, and not as a part of others: behind its length.
        #expect(
            try replace("\u{d}\0\0\0\0\0\0\0output.weight", "\u{d}\0\0\0\0\0\0\0xutput.weight")
                .contains("holds 'xutput.weight', which nothing reads"))
        #expect(try replace("token_embd.weight", "token_embX.weight").contains("token_embd.weight"))
        let architecture = try refusal { data in
            let range = try #require(data.range(of: Data("llama".utf8)))
            data.replaceSubrange(range, with: Data("gemma".utf8))
        }
        #expect(architecture.contains("general.architecture is 'gemma'") && architecture.contains("qwen3"))
    }
}
