import Foundation
import GGUF

/// The tokenizer that a GGUF file holds: what a Hugging Face folder says in several files.
extension Tokenizer {
    /// Opens the tokenizer of a model: a folder, or a GGUF file.
    public convenience init(model url: URL) throws {
        if GGUFFile.isOne(url) { try self.init(GGUFFile(url)) } else { try self.init(folder: url) }
    }

    /// - Throws: `GGUFError`, `TokenizerError`
    public convenience init(_ gguf: GGUFFile) throws {
        let vocabulary = try GGUFVocabulary(gguf)
        try self.init(vocabulary, TokenizerConfiguration(vocabulary))
    }

    /// - Throws: `GGUFError`, `TokenizerError`
    public convenience init(_ vocabulary: GGUFVocabulary, _ configuration: TokenizerConfiguration) throws {
        try self.init(Components(vocabulary).adding(configuration))
    }
}

extension TokenizerConfiguration {
    /// What a GGUF file says about its tokenizer.
    public init(_ vocabulary: GGUFVocabulary) {
        let metadata = vocabulary.metadata
        self.init(
            file: vocabulary.file, namedTokens: vocabulary.namedTokens,
            addsBeginToken: metadata.flag("tokenizer.ggml.add_bos_token") ?? vocabulary.addsBeginToken,
            addsEndToken: metadata.flag("tokenizer.ggml.add_eos_token") ?? false,
            chatTemplate: metadata.text("tokenizer.chat_template"))
    }
}

/// The vocabulary of a GGUF file, and which of llama.cpp's kinds of tokenizers it is for.
public struct GGUFVocabulary {
    enum Kind {
        /// Byte-level BPE (`gpt2`).
        case bytes(Words)
        /// SentencePiece's BPE (`llama`).
        case sentencePiece
    }

    /// How a text is cut before merges: what llama.cpp calls `pre`.
    enum Words: String, CaseIterable {
        case gpt2 = "gpt-2"
        case defaultWords = "default"
        case olmo, phi2 = "phi-2", jais
        case smollm, starcoder, refact, codeshell, exaone
        case commandR = "command-r"
        case llama3 = "llama-bpe", llama3Long = "llama3", llamaV3 = "llama-v3", dbrx
        case smaug = "smaug-bpe", falcon3
        case qwen2, deepseekQwen = "deepseek-r1-qwen"
    }

    let file: String
    let kind: Kind
    let tokens: [String]
    let metadata: GGUFMetadata

    /// - Throws: `GGUFError`
    public init(_ gguf: GGUFFile) throws {
        file = gguf.url.path
        metadata = gguf.metadata
        func unsupported(_ field: String, _ found: String, _ supported: [String]) -> GGUFError {
            .unsupported(
                file: gguf.url.path, field: "tokenizer.ggml.\(field)", found: "'\(found)'",
                supported: supported.joined(separator: ", "))
        }
        guard let tokens = metadata.texts("tokenizer.ggml.tokens"), !tokens.isEmpty else {
            throw GGUFError.malformed(file: file, reason: "it holds no tokenizer.ggml.tokens")
        }
        self.tokens = tokens
        switch metadata.text("tokenizer.ggml.model") ?? "" {
        case "gpt2":
            let name = metadata.text("tokenizer.ggml.pre") ?? Words.defaultWords.rawValue
            guard let words = Words(rawValue: name) else {
                throw unsupported("pre", name, Words.allCases.map(\.rawValue))
            }
            kind = .bytes(words)
        case "llama": kind = .sentencePiece
        case let name: throw unsupported("model", name, ["gpt2", "llama"])
        }
    }

    var addsBeginToken: Bool {
        switch kind {
        case .sentencePiece: true
        case .bytes(let words): words.ignoresMerges
        }
    }

    /// The token that plays a part, such as `bos`.
    func token(_ part: String) -> String? {
        id(part).map { tokens[$0] }
    }

    /// The tokens that have a name in transformers, by it.
    var namedTokens: [String: String] {
        // "seperator" is how GGUF writes it.
        [
            "bos_token": "bos", "eos_token": "eos", "unk_token": "unknown", "pad_token": "padding",
            "sep_token": "seperator", "cls_token": "cls", "mask_token": "mask",
        ].compactMapValues(token)
    }

    func id(_ part: String) -> Int? {
        metadata.integer("tokenizer.ggml.\(part)_token_id").flatMap { tokens.indices.contains($0) ? $0 : nil }
    }

    /// Special tokens, and those that users added.
    var added: [AddedToken] {
        // 3 is control, 4 is user defined.
        zip(tokens, metadata.integers("tokenizer.ggml.token_type") ?? []).enumerated().compactMap {
            id, entry in
            guard entry.1 == 3 || entry.1 == 4, !entry.0.isEmpty else { return nil }
            return AddedToken(content: entry.0, id: Int32(id), isSpecial: entry.1 == 3, isNormalized: false)
        }
    }

    var addsPrefixSpace: Bool { metadata.flag("tokenizer.ggml.add_space_prefix") ?? true }

    /// Pairs of tokens, those that are merged first in front.
    func merges() throws -> [(String, String)] {
        switch kind {
        case .bytes:
            guard let lines = metadata.texts("tokenizer.ggml.merges") else {
                throw GGUFError.malformed(file: file, reason: "it holds no tokenizer.ggml.merges")
            }
            return try lines.map { line in
                // A space in front is a token's own.
                let scalars = Array(line.unicodeScalars)
                guard let space = scalars.dropFirst().firstIndex(of: " ") else {
                    throw GGUFError.malformed(file: file, reason: "its merge '\(line)' is no pair")
                }
                return (ExactText(scalars[..<space]).text, ExactText(scalars[(space + 1)...]).text)
            }
        case .sentencePiece: return try mergesByScore()
        }
    }

    /// SentencePiece joins the neighbours whose token scores best: every way to make a token of two others, best
    /// scores first.
    private func mergesByScore() throws -> [(String, String)] {
        guard let scores = metadata.numbers("tokenizer.ggml.scores"), scores.count == tokens.count else {
            throw GGUFError.malformed(
                file: file, reason: "its tokenizer.ggml.scores are not one for each of \(tokens.count) tokens"
            )
        }
        struct Merge {
            let left, right: ExactText
            let score: Double
            let ids: (Int, Int)
            let lengths: (Int, Int)
        }
        var ids: [ExactText: Int] = Dictionary(minimumCapacity: tokens.count)
        for (id, token) in tokens.enumerated() { ids[ExactText(token)] = id }
        var merges: [Merge] = []
        for (id, token) in tokens.enumerated() {
            let scalars = Array(token.unicodeScalars)
            for cut in scalars.indices.dropFirst() {
                let (left, right) = (ExactText(scalars[..<cut]), ExactText(scalars[cut...]))
                guard let leftID = ids[left], let rightID = ids[right] else { continue }
                merges.append(
                    Merge(
                        left: left, right: right, score: scores[id], ids: (leftID, rightID),
                        lengths: (cut, scalars.count - cut)))
            }
        }
        return merges.sorted { a, b in
            if a.score != b.score { return a.score > b.score }
            if a.lengths != b.lengths { return a.lengths > b.lengths }
            return a.ids < b.ids
        }.map { ($0.left.text, $0.right.text) }
    }
}

extension GGUFVocabulary.Words {
    /// Whether a piece that is a token needs no merges.
    var ignoresMerges: Bool {
        switch self {
        case .llama3, .llama3Long, .llamaV3, .falcon3: true
        default: false
        }
    }

    var preTokenizer: PreTokenizer {
        switch self {
        case .gpt2, .defaultWords, .olmo, .phi2, .jais: .byteLevel(addsPrefixSpace: false, cuts: true)
        case .smollm, .starcoder, .refact, .codeshell, .exaone, .commandR:
            .sequence([.digits(individual: true), .byteLevel(addsPrefixSpace: false, cuts: true)])
        case .llama3, .llama3Long, .llamaV3, .dbrx, .smaug, .falcon3:
            .sequence([.words(.gpt4(digits: 3)), .byteLevel(addsPrefixSpace: false, cuts: false)])
        case .qwen2, .deepseekQwen:
            .sequence([.words(.gpt4(digits: 1)), .byteLevel(addsPrefixSpace: false, cuts: false)])
        }
    }

    var normalizer: Normalizer? {
        switch self {
        case .qwen2, .deepseekQwen: .form(.nfc)
        default: nil
        }
    }
}

extension Tokenizer.Components {
    init(_ vocabulary: GGUFVocabulary) throws {
        file = vocabulary.file
        added = vocabulary.added
        let table = TokenizerFile(
            file: vocabulary.file, path: "tokenizer.ggml.tokens",
            json: .object(vocabulary.tokens.enumerated().map { ($1, .integer($0)) }))
        var options = BytePairEncoding.Options()
        switch vocabulary.kind {
        case .bytes(let words):
            options.ignoresMerges = words.ignoresMerges
            normalizer = words.normalizer
            preTokenizer = words.preTokenizer
            decoder = .byteLevel
        case .sentencePiece:
            options.unknown = vocabulary.token("unknown") ?? vocabulary.tokens[0]
            options.fusesUnknown = true
            options.fallsBackToBytes = true
            let space: [Unicode.Scalar] = [" "]
            let mark: [Unicode.Scalar] = ["▁"]
            let spaces = Normalizer.replace(space, by: mark)
            normalizer = vocabulary.addsPrefixSpace ? .sequence([.prepend(mark), spaces]) : spaces
            let steps: [Decoder] = [.replace(mark, by: space), .byteFallback, .fuse]
            decoder = .sequence(
                vocabulary.addsPrefixSpace ? steps + [.strip(" ", start: 1, stop: 0)] : steps)
        }
        model = try BytePairEncoding(vocabulary: table, merges: vocabulary.merges(), options)
    }
}
