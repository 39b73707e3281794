import Synchronization
import Tokenizers

/// The tokens of texts, each encoded once however many cells of a grid ask for it; from any thread.
public final class EncodedTexts {
    private let tokenizer: Tokenizer
    private let format: PromptFormat
    private let known = Mutex<[Text: [Int32]]>([:])

    private enum Text: Hashable {
        case plain(String)
        case context(String)
        case prompt(Instruction)
    }

    public init(_ backbone: Backbone) {
        tokenizer = backbone.tokenizer
        format = backbone.format
    }

    func tokens(of text: String) -> [Int32] {
        tokens(.plain(text)) { tokenizer.encode(text) }
    }

    /// A context's tokens where it stands in a prompt.
    func tokens(ofContext text: String) -> [Int32] {
        tokens(.context(text)) { format.context(text) }
    }

    /// What follows a context.
    public func tokens(ofPrompt instruction: Instruction) -> [Int32] {
        tokens(.prompt(instruction)) { format.suffix(instruction) }
    }

    private func tokens(_ text: Text, encode: () -> [Int32]) -> [Int32] {
        if let tokens = known.withLock({ $0[text] }) { return tokens }
        let tokens = encode()
        known.withLock { $0[text] = tokens }
        return tokens
    }
}
