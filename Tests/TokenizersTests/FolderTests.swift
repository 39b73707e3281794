import Foundation
import TestSupport
import Testing
import Tokenizers

/// Folders with `vocab.json` and `merges.txt`, and what `tokenizer_config.json` adds.
final class FolderTests {
    private let folder = temporaryPath("tokenizer")
    private static let file = Bundle.module.bundleURL.appendingPathComponent(
        "Fixtures/trained-elsewhere.json")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    private func write(_ name: String, _ object: Any) throws {
        try JSONSerialization.data(withJSONObject: object).write(to: folder.appendingPathComponent(name))
    }

    private func write(_ name: String, text: String) throws {
        try Data(text.utf8).write(to: folder.appendingPathComponent(name))
    }

    /// The model's files, and the same tokenizer from one file.
    private func separate(normalizer: Any, preTokenizer: Any) throws -> Tokenizer {
        let data = try Data(contentsOf: Self.file)
        var root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let model = try #require(root["model"] as? [String: Any])
        let merges = try #require(model["merges"] as? [[String]])
        try write("vocab.json", try #require(model["vocab"]))
        try write(
            "merges.txt",
            text: "#version: 0.2\n" + merges.map { $0.joined(separator: " ") }.joined(separator: "\r\n")
                + "\n")
        root["normalizer"] = normalizer
        root["pre_tokenizer"] = preTokenizer
        root["added_tokens"] = [
            ["id": 700, "content": "<|im_end|>", "special": true, "normalized": false],
            ["id": 701, "content": "<tool>", "special": false, "normalized": false, "lstrip": true],
        ]
        return try Tokenizer(json: JSONSerialization.data(withJSONObject: root), file: "one file")
    }

    private static var qwen2: [String: Any] {
        [
            "type": "Sequence",
            "pretokenizers": [
                [
                    "type": "Split", "behavior": "Isolated", "invert": false,
                    "pattern": [
                        "Regex":
                            #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
                    ],
                ],
                ["type": "ByteLevel", "add_prefix_space": false, "use_regex": false],
            ],
        ]
    }

    private func expectSame(_ a: Tokenizer, _ b: Tokenizer) throws {
        for line in try MixedText.lines(300) + ["x <tool> y<|im_end|>", "e\u{301} 123"] {
            #expect(a.encode(line) == b.encode(line), "\(line.debugDescription)")
            #expect(a.decode(a.encode(line)) == b.decode(b.encode(line)))
        }
        #expect(a.vocabularySize == b.vocabularySize)
    }

    @Test func `Qwen's separate files are its tokenizer`() throws {
        let single = try separate(normalizer: ["type": "NFC"], preTokenizer: Self.qwen2)
        try write(
            "tokenizer_config.json",
            [
                "tokenizer_class": "Qwen2Tokenizer", "eos_token": "<|im_end|>", "bos_token": NSNull(),
                "add_bos_token": false,
                "added_tokens_decoder": [
                    "700": ["content": "<|im_end|>", "special": true, "normalized": false],
                    "701": ["content": "<tool>", "special": false, "normalized": false, "lstrip": true],
                ],
            ] as [String: Any])
        let tokenizer = try Tokenizer(folder: folder)
        try expectSame(tokenizer, single)
        #expect(tokenizer.prefix.isEmpty && tokenizer.suffix.isEmpty)
    }

    @Test func `GPT-2's separate files with added_tokens.json`() throws {
        let single = try separate(
            normalizer: NSNull(), preTokenizer: ["type": "ByteLevel", "add_prefix_space": false])
        try write(
            "tokenizer_config.json",
            [
                "tokenizer_class": "GPT2TokenizerFast", "add_bos_token": true, "add_eos_token": true,
                "bos_token": ["content": "<s>"], "eos_token": "<|im_end|>",
            ] as [String: Any])
        try write("added_tokens.json", ["<|im_end|>": 700, "<tool>": 701])
        try write("special_tokens_map.json", ["eos_token": ["content": "<|im_end|>"]])
        let tokenizer = try Tokenizer(folder: folder)
        for text in ["a <|im_end|> b", "never 12 e\u{301}"] {
            #expect(tokenizer.encode(text) == single.encode(text))
        }
        #expect(tokenizer.encode("a<tool>") == tokenizer.encode("a") + [701])
        #expect(tokenizer.decode([700, 701]) == "<tool>")
        #expect(tokenizer.encode("a", addingSpecialTokens: true) == [0] + tokenizer.encode("a") + [700])
    }

    @Test func `what a folder lacks is said`() throws {
        func refusal() -> String {
            let error = #expect(throws: TokenizerError.self) { try Tokenizer(folder: folder) }
            return error?.description ?? ""
        }
        #expect(refusal().contains("has neither tokenizer.json nor vocab.json with merges.txt"))
        try write("tokenizer.model", text: "")
        #expect(refusal().contains("save it from transformers once"))
        _ = try separate(normalizer: NSNull(), preTokenizer: Self.qwen2)
        try write("tokenizer_config.json", ["tokenizer_class": "T5Tokenizer"])
        #expect(refusal().contains("the tokenizer_class is T5Tokenizer; supported: Qwen2Tokenizer"))
        try write("tokenizer_config.json", ["add_bos_token": true, "bos_token": "<none>"] as [String: Any])
        #expect(refusal().contains("'<none>' is not in the vocabulary"))
        try write("merges.txt", text: "a b c\n")
        #expect(refusal().contains("merge 0 is 'a b c'"))
    }

    /// 600 times one of the files with bytes changed: an error or a tokenizer that works.
    @Test func `mutated files give an error or a tokenizer that works`() throws {
        _ = try separate(normalizer: NSNull(), preTokenizer: Self.qwen2)
        let configuration: [String: Any] = [
            "tokenizer_class": "Qwen2Tokenizer", "add_bos_token": true, "bos_token": ["content": "<s>"],
            "chat_template": [["name": "default", "template": "{{ x }}"]],
            "added_tokens_decoder": ["700": ["content": "<|im_end|>", "special": true]],
        ]
        try write("tokenizer_config.json", configuration)
        try write("added_tokens.json", ["<tool>": 701])
        try write("special_tokens_map.json", ["eos_token": "<tool>"])
        let names = ["tokenizer_config.json", "added_tokens.json", "special_tokens_map.json", "merges.txt"]
        let files = try names.map { try Data(contentsOf: folder.appendingPathComponent($0)) }
        var state: UInt64 = 11
        func below(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        for round in 0..<600 {
            let index = round % names.count
            var bytes = Array(files[index])
            for _ in 0..<1 + below(3) {
                bytes[below(bytes.count)] = UInt8(below(4) == 0 ? below(256) : 32 + below(95))
            }
            try Data(bytes).write(to: folder.appendingPathComponent(names[index]))
            do {
                let tokenizer = try Tokenizer(folder: folder)
                let ids = tokenizer.encode("the <tool> 1", addingSpecialTokens: true)
                #expect(ids.allSatisfy { (0..<tokenizer.vocabularySize).contains(Int($0)) })
            } catch let error as TokenizerError {
                #expect(!error.description.contains("\n"))
            }
            try files[index].write(to: folder.appendingPathComponent(names[index]))
        }
    }
}
