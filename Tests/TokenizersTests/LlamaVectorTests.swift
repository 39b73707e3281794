import Foundation
import Testing
import Tokenizers

/// 46 awkward texts with the ids that llama.cpp's tests expect, where they are in
/// `../shared/data/tokenizers` beside the checkout.
struct LlamaVectorTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../shared/data/tokenizers").standardized

    private static func isThere() -> Bool {
        FileManager.default.fileExists(atPath: folder.appendingPathComponent("llama_cpp_vectors").path)
    }

    @Test(
        .enabled(if: isThere(), "needs ../shared/data/tokenizers beside the checkout"),
        arguments: [("gpt-2", "phi-2"), ("qwen2", "qwen2.5")])
    func `the ids are those of the vectors`(_ vectors: String, _ name: String) throws {
        func text(_ suffix: String) throws -> String {
            try String(
                contentsOf: Self.folder.appendingPathComponent(
                    "llama_cpp_vectors/ggml-vocab-\(vectors).gguf.\(suffix)"), encoding: .utf8)
        }
        let tokenizer = try self.tokenizer(name)
        let inputs = try text("inp").components(separatedBy: "\n__ggml_vocab_test__\n")
        let outputs = try text("out").split(separator: "\n", omittingEmptySubsequences: false)
        #expect(inputs.count > 40 && outputs.count >= inputs.count)
        for (input, output) in zip(inputs, outputs) {
            let expected = output.split(separator: " ").compactMap { Int32($0) }
            #expect(tokenizer.encode(input) == expected, "\(input.debugDescription)")
        }
    }

    /// phi-2 is GPT-2's vocabulary with tokens of white space added, which the vectors lack.
    private func tokenizer(_ name: String) throws -> Tokenizer {
        let folder = Self.folder.appendingPathComponent(name)
        guard name == "phi-2" else { return try Tokenizer(folder: folder) }
        let data = try Data(contentsOf: folder.appendingPathComponent("tokenizer.json"))
        var root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        root["added_tokens"] = [[String: Any]]()
        return try Tokenizer(json: JSONSerialization.data(withJSONObject: root), file: name)
    }
}
