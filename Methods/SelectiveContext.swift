import Contract
import HardPrompts
import Tensors

/// Drops what the model expects anyway.
///
/// Li et al. 2023, arXiv 2310.06201: the self-information of a token is -ln p(token | all before it), of a phrase or
/// a sentence the mean of its tokens', as the authors' code has it; units with the least are dropped. On purpose
/// different: the budget is in tokens and met exactly, with the first tokens of the last unit, where the original
/// takes a percentile of units; the model reads the whole context before a token, not its sentence alone;
/// and a phrase is a run of words between stop words and marks, where the original has a parser's noun phrases.
public struct SelectiveContext: ScorerMethod {
    public static let card = MethodCard(
        id: "selective-context", name: "Selective Context", family: .hardPrompt,
        summary: "Keeps the phrases, tokens or sentences that the model expects least.",
        loses: "What the model expects anyway, even where a question will ask for it.",
        verified: "What the model expects as in transformers, what is kept by it (`hard_prompts.py`).",
        paper: "https://arxiv.org/abs/2310.06201",
        parameters: [
            "unit": "what is kept or dropped as a whole"
        ])

    public struct Parameters: MethodParameters {
        public var unit = Unit.phrase

        public init() {}
    }

    /// What is kept or dropped as a whole.
    public enum Unit: String, Codable, CaseIterable, Sendable {
        case token, phrase, sentence
    }

    public let parameters: Parameters

    public init(parameters: Parameters) {
        self.parameters = parameters
    }

    public func select(_ context: Context, by scorer: Scorer, in c: Computation) -> [Int] {
        let information = scorer.surprisal(of: context, in: c)
        let units =
            switch parameters.unit {
            case .token: context.tokens.indices.map { $0..<$0 + 1 }
            case .phrase: context.phrases
            case .sentence: context.sentences.map(\.tokens)
            }
        return units.ranked(by: units.map { information[$0].mean }).tokens(upTo: context.budget)
    }
}
