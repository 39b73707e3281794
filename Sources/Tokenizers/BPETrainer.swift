import Foundation

/// Trains a byte-level BPE vocabulary and writes it as a Hugging Face `tokenizer.json`.
public struct BPETrainer {
    /// Tokens that get the first ids, in order.
    public let specialTokens: [String]
    /// The largest vocabulary, special tokens and the 256 bytes included.
    public let vocabularySize: Int

    public init(specialTokens: [String], vocabularySize: Int) {
        self.specialTokens = specialTokens
        self.vocabularySize = vocabularySize
    }

    /// The contents of `tokenizer.json`; merges stop where no pair is left.
    public func train(on texts: some Sequence<String>) throws -> Data {
        var counts: [String: Int] = [:]
        for text in texts where !text.isEmpty {
            let scalars = Array((text.hasPrefix(" ") ? text : " " + text).unicodeScalars)
            var words: [Range<Int>] = []
            WordPattern.gpt2.words(of: scalars, in: scalars.indices, to: &words)
            for word in words { counts[ExactText(scalars[word]).text, default: 0] += 1 }
        }
        // In order of the words, so that ties never depend on a dictionary.
        var words = counts.sorted { $0.key < $1.key }.map { entry in
            (parts: entry.key.utf8.map { String(ByteAlphabet.characters[Int($0)]) }, count: entry.value)
        }
        var vocabulary = specialTokens + ByteAlphabet.characters.map { String($0) }.sorted()
        var known = Set(vocabulary)
        var merges: [[String]] = []
        while vocabulary.count < vocabularySize {
            var pairs: [[String]: Int] = [:]
            for word in words where word.parts.count > 1 {
                for i in 1..<word.parts.count {
                    pairs[[word.parts[i - 1], word.parts[i]], default: 0] += word.count
                }
            }
            let best = pairs.max { a, b in
                a.value != b.value ? a.value < b.value : a.key.lexicographicallyPrecedes(b.key)
            }
            guard let pair = best?.key else { break }
            merges.append(pair)
            if known.insert(pair[0] + pair[1]).inserted { vocabulary.append(pair[0] + pair[1]) }
            for index in words.indices where words[index].parts.count > 1 {
                words[index].parts = merged(words[index].parts, pair)
            }
        }
        return try json(vocabulary: vocabulary, merges: merges)
    }

    private func merged(_ parts: [String], _ pair: [String]) -> [String] {
        var result: [String] = []
        var i = 0
        while i < parts.count {
            if i + 1 < parts.count, parts[i] == pair[0], parts[i + 1] == pair[1] {
                result.append(pair[0] + pair[1])
                i += 2
            } else {
                result.append(parts[i])
                i += 1
            }
        }
        return result
    }

    private func json(vocabulary: [String], merges: [[String]]) throws -> Data {
        let added = specialTokens.enumerated().map { id, token -> [String: Any] in
            [
                "id": id, "content": token, "single_word": false, "lstrip": false, "rstrip": false,
                "normalized": false, "special": true,
            ]
        }
        let byteLevel: [String: Any] = [
            "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true,
        ]
        let root: [String: Any] = [
            "version": "1.0", "truncation": NSNull(), "padding": NSNull(), "added_tokens": added,
            "normalizer": NSNull(), "pre_tokenizer": byteLevel, "post_processor": byteLevel,
            "decoder": byteLevel,
            "model": [
                "type": "BPE", "dropout": NSNull(), "unk_token": NSNull(),
                "continuing_subword_prefix": NSNull(), "end_of_word_suffix": NSNull(),
                "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
                "vocab": Dictionary(uniqueKeysWithValues: vocabulary.enumerated().map { ($1, $0) }),
                "merges": merges,
            ] as [String: Any],
        ]
        return try JSONSerialization.data(
            withJSONObject: root, options: [.sortedKeys, .withoutEscapingSlashes])
    }
}
