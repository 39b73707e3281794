import Tokenizers

/// The tokens of texts, each encoded once however many cells of a grid ask for it.
public final class EncodedTexts {
    private let tokenizer: Tokenizer
    private let format: PromptFormat
    private var known: [String: [Int32]] = [:]
    private var knownContexts: [String: [Int32]] = [:]

    public init(_ backbone: Backbone) {
        tokenizer = backbone.tokenizer
        format = backbone.format
    }

    func tokens(of text: String) -> [Int32] {
        if let tokens = known[text] { return tokens }
        let tokens = tokenizer.encode(text)
        known[text] = tokens
        return tokens
    }

    /// A context's tokens where it stands in a prompt.
    func tokens(ofContext text: String) -> [Int32] {
        if let tokens = knownContexts[text] { return tokens }
        let tokens = format.context(text)
        knownContexts[text] = tokens
        return tokens
    }
}
