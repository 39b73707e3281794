import Tokenizers

/// The tokens of texts, each encoded once however many cells of a grid ask for it.
public final class EncodedTexts {
    private let tokenizer: Tokenizer
    private var known: [String: [Int32]] = [:]

    public init(_ tokenizer: Tokenizer) {
        self.tokenizer = tokenizer
    }

    func tokens(of text: String) -> [Int32] {
        if let tokens = known[text] { return tokens }
        let tokens = tokenizer.encode(text)
        known[text] = tokens
        return tokens
    }
}
