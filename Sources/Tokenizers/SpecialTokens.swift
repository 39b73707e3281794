/// What is put around a text: the `post_processor` of a `tokenizer.json`.
///
/// Only a text alone counts, not a pair; processors that only move offsets add nothing.
struct SpecialTokens {
    var prefix: [Int32] = []
    var suffix: [Int32] = []

    private var isTemplate = false

    init() {}

    init(_ part: TokenizerFile) throws {
        switch try part.type() {
        case "ByteLevel": break
        case "TemplateProcessing": try readTemplate(part)
        case "Sequence":
            let processors = try part.parts("processors").map(SpecialTokens.init).filter(\.isTemplate)
            guard processors.count < 2 else {
                throw part.unsupported("a Sequence of two templates", supported: "one TemplateProcessing")
            }
            if let template = processors.first { self = template }
        case let type:
            throw part.unsupported(type, supported: "TemplateProcessing, ByteLevel, Sequence")
        }
    }

    private mutating func readTemplate(_ part: TokenizerFile) throws {
        isTemplate = true
        var texts = 0
        for piece in try part.parts("single") {
            if let token = piece.part("SpecialToken") {
                let ids = try Self.ids(of: token.text("id"), in: part)
                if texts == 0 { prefix += ids } else { suffix += ids }
            } else {
                guard try piece.required("Sequence").text("id") == "A" else {
                    throw piece.malformed("\(piece.path) is not the text A")
                }
                texts += 1
            }
        }
        guard texts == 1 else {
            throw part.malformed("\(part.path).single has the text \(texts) times")
        }
    }

    private static func ids(of name: String, in part: TokenizerFile) throws -> [Int32] {
        let tokens = try part.required("special_tokens").json.members ?? []
        let entry = tokens.last { ExactText($0.name) == ExactText(name) }?.value
        let ids = entry?["ids"]?.array?.map { $0.integer.flatMap { Int32(exactly: $0) } } ?? []
        guard !ids.isEmpty, ids.allSatisfy({ $0.map { $0 >= 0 } ?? false }) else {
            throw part.malformed("\(part.path).special_tokens lacks ids of '\(name)'")
        }
        return ids.compactMap { $0 }
    }
}
