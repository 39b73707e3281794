import Files
import Foundation

extension Tokenizer {
    /// The files of a model's folder that decide ids.
    public static let fileNames: Set = [
        "tokenizer.json", "vocab.json", "merges.txt", "added_tokens.json", "special_tokens_map.json",
        "tokenizer_config.json", "chat_template.jinja",
    ]

    /// Opens the tokenizer of a model's folder: `tokenizer.json`, or `vocab.json` with `merges.txt`.
    ///
    /// Where `tokenizer_config.json` says whether a text gets a first and a last token, it decides.
    public convenience init(folder: URL) throws {
        let configuration = try TokenizerConfiguration(folder: folder)
        let single = folder.appendingPathComponent("tokenizer.json")
        var parts: Components
        if let data = try RegularFile.read(single) {
            parts = try Components(TokenizerFile(data, file: single.path))
        } else {
            parts = try Components(separateFilesOf: folder, configuration)
        }
        try self.init(parts.adding(configuration))
    }
}

extension Tokenizer.Components {
    init(_ root: TokenizerFile) throws {
        guard root.json.members != nil else {
            throw root.malformed("it is not a JSON object with a model")
        }
        let model = try root.required("model")
        let type = model.part("type") == nil ? "BPE" : try model.type()
        guard type == "BPE" else { throw model.unsupported(type, supported: "BPE") }
        file = root.file
        self.model = try BytePairEncoding(model)
        normalizer = try root.part("normalizer").map(Normalizer.init)
        preTokenizer = try root.part("pre_tokenizer").map(PreTokenizer.init)
        decoder = try root.part("decoder").map(Decoder.init)
        special = try root.part("post_processor").map(SpecialTokens.init) ?? SpecialTokens()
        added =
            root.part("added_tokens") == nil
            ? [] : try root.parts("added_tokens").map { try AddedToken($0) }
    }

    /// Reads `vocab.json` and `merges.txt`; what is around the model follows from the tokenizer's class.
    init(separateFilesOf folder: URL, _ configuration: TokenizerConfiguration) throws {
        let vocabularyURL = folder.appendingPathComponent("vocab.json")
        let mergesURL = folder.appendingPathComponent("merges.txt")
        guard let vocabulary = try RegularFile.read(vocabularyURL),
            let merges = try RegularFile.read(mergesURL)
        else {
            let sentencePiece = folder.appendingPathComponent("tokenizer.model").path
            throw TokenizerError.missing(
                folder: folder.path,
                hint: FileManager.default.fileExists(atPath: sentencePiece)
                    ? "; save it from transformers once, which writes tokenizer.model as tokenizer.json" : "")
        }
        let space = configuration.addsPrefixSpace
        switch configuration.tokenizerClass {
        case "Qwen2Tokenizer":
            normalizer = .form(.nfc)
            preTokenizer = .sequence([
                .words(.gpt4(digits: 1)), .byteLevel(addsPrefixSpace: space, cuts: false),
            ])
        case "GPT2Tokenizer", "CodeGenTokenizer", "":
            preTokenizer = .byteLevel(addsPrefixSpace: space, cuts: true)
        case let name:
            throw TokenizerError.unsupported(
                file: configuration.file, part: "tokenizer_class", found: name,
                supported: "Qwen2Tokenizer, GPT2Tokenizer, CodeGenTokenizer, or any with a tokenizer.json")
        }
        let file = try TokenizerFile(vocabulary, file: vocabularyURL.path)
        guard let text = String(data: merges, encoding: .utf8) else {
            throw TokenizerError.malformed(file: mergesURL.path, reason: "it is not UTF-8 text")
        }
        let lines = text.unicodeScalars.split(separator: "\n").map { String($0) }
            .filter { !$0.hasPrefix("#version") }
            .map { $0.hasSuffix("\r") ? String($0.unicodeScalars.dropLast()) : $0 }
        self.file = vocabularyURL.path
        model = try BytePairEncoding(
            vocabulary: file,
            merges: lines.enumerated().map { try BytePairEncoding.merge(line: $1, $0, file) }, .init())
        decoder = .byteLevel
        added = configuration.addedTokens
    }

    /// With what `tokenizer_config.json` says about the first and the last token of a text.
    func adding(_ configuration: TokenizerConfiguration) throws -> Tokenizer.Components {
        func ids(_ adds: Bool?, _ token: String?, _ otherwise: [Int32]) throws -> [Int32] {
            guard let adds else { return otherwise }
            guard adds, let token else { return [] }
            let added = added.last { ExactText($0.content) == ExactText(token) }?.id
            guard let id = added ?? model.ids[ExactText(token)] else {
                throw TokenizerError.malformed(
                    file: configuration.file, reason: "its '\(token)' is not in the vocabulary")
            }
            return [id]
        }
        var result = self
        result.special.prefix = try ids(
            configuration.addsBeginToken, configuration.beginToken, special.prefix)
        result.special.suffix = try ids(
            configuration.addsEndToken, configuration.endToken, special.suffix)
        return result
    }
}
