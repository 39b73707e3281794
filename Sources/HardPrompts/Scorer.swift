import Contract
import LanguageModels
import Tensors
import Tokenizers

/// A language model that says how little it expected each token of a text.
///
/// Its vocabulary may be another than the decoder's, whose tokens are asked for: then it reads their text in its own,
/// and the information of a token is that of the scorer's tokens which stand for the same bytes, each shared out
/// evenly over its bytes.
public struct Scorer: Sendable {
    let model: LanguageModel
    private let tokenizer: Tokenizer
    /// Of the tokens that are asked for; nil where they are the model's own.
    private let foreign: Tokenizer?
    private let prefixes = PrefixCaches()

    public init(_ backbone: Backbone) {
        model = backbone.model
        tokenizer = backbone.tokenizer
        foreign = nil
    }

    /// - Parameter decoder: whose tokens are asked for
    public init(_ backbone: Backbone, for decoder: Tokenizer) {
        model = backbone.model
        tokenizer = backbone.tokenizer
        foreign = tokenizer.hasVocabulary(of: decoder) ? nil : decoder
    }

    /// -ln p(token | all before it) of each token of a context behind its prefix, in nats.
    public func surprisal(of context: Context, in c: Computation) -> [Float] {
        text(behind: context.prefix, room: context.tokens.count, in: c).surprisal(of: context.tokens, in: c)
    }

    /// A text that is scored part by part.
    /// - Parameters:
    ///   - prefix: what it begins with
    ///   - room: the most tokens that stand behind the prefix at once, those among them that are scored
    public func text(behind prefix: [Int32], room: Int, in c: Computation) -> any GrowingText {
        guard let foreign else {
            return ScoredText(behind: prefix, room: room, by: model, sharing: prefixes, in: c)
        }
        let translation = Translation(from: foreign, to: tokenizer)
        // Another vocabulary may take several tokens for one.
        return TranslatedText(
            ScoredText(
                behind: tokenizer.prefix + translation.tokens(of: prefix), room: 4 * room + 16, by: model,
                sharing: prefixes, in: c),
            translation)
    }

    /// A text's tokens.
    public func tokens(of text: String) -> [Int32] {
        (foreign ?? tokenizer).encode(text, specialTokens: .text)
    }
}

/// A text that grows, and how little a model expects what might come next.
public protocol GrowingText: AnyObject {
    /// What stands behind the prefix; free to change.
    var added: [Int32] { get set }
    /// -ln p of each token, in nats, if they come next. They are not added.
    func surprisal(of tokens: some Sequence<Int32>, in c: Computation) -> [Float]
    /// The same where each of some stretches stands behind the prefix in place of what is added.
    func surprisals(of tokens: [Int32], behindEach stretches: [[Int32]], in c: Computation) -> [[Float]]
}

extension GrowingText {
    public func surprisals(
        of tokens: [Int32], behindEach stretches: [[Int32]], in c: Computation
    ) -> [[Float]] {
        stretches.map { alone(tokens, behind: $0, in: c) }
    }

    func alone(_ tokens: [Int32], behind stretch: [Int32], in c: Computation) -> [Float] {
        let before = added
        defer { added = before }
        added = stretch
        return surprisal(of: tokens, in: c)
    }
}
