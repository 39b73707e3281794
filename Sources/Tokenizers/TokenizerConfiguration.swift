import Files
import Foundation

/// What `tokenizer_config.json` and the small files beside it say about a tokenizer.
public struct TokenizerConfiguration: Sendable {
    /// The path of `tokenizer_config.json`.
    let file: String
    /// The class of transformers, without `Fast`; empty where it is not named.
    public private(set) var tokenizerClass = ""
    /// The tokens that have a name, by it: `bos_token`, `eos_token` and others of transformers.
    public private(set) var namedTokens: [String: String] = [:]
    public var beginToken: String? { namedTokens["bos_token"] }
    public var endToken: String? { namedTokens["eos_token"] }
    /// Whether every text gets the begin token, and the end token; nil where it is not said.
    public private(set) var addsBeginToken: Bool?
    public private(set) var addsEndToken: Bool?
    public private(set) var addsPrefixSpace = false
    /// The Jinja template of conversations, from `chat_template.jinja` or the configuration.
    public private(set) var chatTemplate: String?
    private(set) var addedTokens: [AddedToken] = []

    init(
        file: String, namedTokens: [String: String], addsBeginToken: Bool?, addsEndToken: Bool?,
        chatTemplate: String?
    ) {
        self.file = file
        self.namedTokens = namedTokens
        self.addsBeginToken = addsBeginToken
        self.addsEndToken = addsEndToken
        self.chatTemplate = chatTemplate
    }

    /// Everything is at its default where the files are missing.
    public init(folder: URL) throws {
        let url = folder.appendingPathComponent("tokenizer_config.json")
        file = url.path
        if let data = try RegularFile.read(url) {
            try read(TokenizerFile(data, file: url.path))
        }
        if addedTokens.isEmpty {
            try readAddedTokens(folder)
            try readNamedTokens(folder)
        }
        let template = folder.appendingPathComponent("chat_template.jinja")
        if let data = try RegularFile.read(template) {
            chatTemplate = String(decoding: data, as: UTF8.self)
        }
    }

    private mutating func read(_ root: TokenizerFile) throws {
        guard root.json.members != nil else { throw root.malformed("it is not a JSON object") }
        tokenizerClass = root.json["tokenizer_class"]?.string ?? ""
        if tokenizerClass.hasSuffix("Fast") { tokenizerClass.removeLast(4) }
        nameTokens(root)
        addsBeginToken =
            root.part("add_bos_token") == nil ? nil : try root.flag("add_bos_token", default: false)
        addsEndToken =
            root.part("add_eos_token") == nil ? nil : try root.flag("add_eos_token", default: false)
        addsPrefixSpace = try root.flag("add_prefix_space", default: false)
        // One template, or several with names.
        let templates = root.json["chat_template"]?.array ?? []
        chatTemplate =
            root.json["chat_template"]?.string
            ?? (templates.first { $0["name"]?.string == "default" } ?? templates.first)?["template"]?
            .string
        if let entries = root.part("added_tokens_decoder") {
            for (id, _) in entries.json.members ?? [] {
                addedTokens.append(try AddedToken(entries.required(id), id: Int(id) ?? -1))
            }
            addedTokens.sort { $0.id < $1.id }
        }
    }

    private static let tokenNames = [
        "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
    ]

    private mutating func nameTokens(_ root: TokenizerFile) {
        for name in Self.tokenNames {
            guard let token = root.json[name]?.string ?? root.json[name]?["content"]?.string else { continue }
            namedTokens[name] = token
        }
    }

    /// `special_tokens_map.json`: as in transformers it counts, and more than the configuration, where the
    /// configuration has no list of added tokens.
    private mutating func readNamedTokens(_ folder: URL) throws {
        let url = folder.appendingPathComponent("special_tokens_map.json")
        guard let data = try RegularFile.read(url) else { return }
        nameTokens(try TokenizerFile(data, file: url.path))
    }

    /// `added_tokens.json`: contents and ids; special are those that the configuration names.
    private mutating func readAddedTokens(_ folder: URL) throws {
        let url = folder.appendingPathComponent("added_tokens.json")
        guard let data = try RegularFile.read(url) else { return }
        let root = try TokenizerFile(data, file: url.path)
        let special = try Self.names(in: folder.appendingPathComponent("special_tokens_map.json"))
        for (content, value) in root.json.members ?? [] {
            guard let id = value.integer, 0..<Tokenizer.idLimit ~= id, !content.isEmpty else {
                throw root.malformed("'\(content)' has the id \(value.summary)")
            }
            let isSpecial = special.contains(ExactText(content))
            addedTokens.append(
                AddedToken(content: content, id: Int32(id), isSpecial: isSpecial, isNormalized: !isSpecial))
        }
        addedTokens.sort { $0.id < $1.id }
    }

    /// Every token that a `special_tokens_map.json` names.
    private static func names(in url: URL) throws -> Set<ExactText> {
        guard let data = try RegularFile.read(url) else { return [] }
        let values = try TokenizerFile(data, file: url.path).json.members?.map(\.value) ?? []
        return Set(
            values.flatMap { $0.array ?? [$0] }.compactMap { $0.string ?? $0["content"]?.string }
                .map { ExactText($0) })
    }
}
