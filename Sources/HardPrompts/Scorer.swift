import Contract
import LanguageModels
import Tensors
import Tokenizers

/// A language model that says how little it expected each token of a text.
public struct Scorer: Sendable {
    let model: LanguageModel
    private let tokenizer: Tokenizer

    public init(_ backbone: Backbone) {
        model = backbone.model
        tokenizer = backbone.tokenizer
    }

    /// -ln p(token | all before it) of each token of a context behind its prefix, in nats.
    public func surprisal(of context: Context, in c: Computation) -> [Float] {
        text(behind: context.prefix, room: context.tokens.count, in: c).surprisal(of: context.tokens, in: c)
    }

    /// A text that is scored part by part.
    /// - Parameters:
    ///   - prefix: what it begins with
    ///   - room: the most tokens that stand behind the prefix at once, those among them that are scored
    public func text(behind prefix: [Int32], room: Int, in c: Computation) -> ScoredText {
        ScoredText(behind: prefix, room: room, by: model, in: c)
    }

    /// A text's tokens.
    public func tokens(of text: String) -> [Int32] { tokenizer.encode(text, specialTokens: .text) }
}
