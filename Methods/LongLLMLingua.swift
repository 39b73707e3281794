import Contract
import HardPrompts
import Tensors

/// LLMLingua for a question: keeps the sentences that make it likely, and of them the tokens that it makes likely.
///
/// Jiang et al. 2023, arXiv 2310.06839. Coarse: sentences are ranked by the mean -ln p of the question's tokens behind
/// each, and the first stay until about twice the budget is left. Budgets: from the best sentence to the worst
/// the share of its tokens that stays falls linearly, by 0.3 to both sides of the mean. Tokens: those stay with
/// the highest contrastive perplexity, -ln p without the question in front minus -ln p with it, both behind the
/// compressed text so far. On purpose different: sentences, in parts of a window, stand for the paper's documents;
/// they stay in their order, since a selection of a context does; and the budget is met exactly, the
/// best sentences getting what is left.
public struct LongLLMLingua: ScorerMethod {
    public static let card = MethodCard(
        id: "longllmlingua", name: "LongLLMLingua", family: .hardPrompt,
        summary: "Keeps sentences that make the question likely, and in them what the question makes likely.",
        loses: "What does not make this question likely: another one needs its own compression.",
        verified: "What the model expects as in transformers, what is kept by it (`hard_prompts.py`).",
        paper: "https://arxiv.org/abs/2310.06839", isQueryAware: true,
        parameters: [
            "window": "the most tokens that are read at a time"
        ])

    public struct Parameters: MethodParameters {
        /// The most tokens that are read at a time.
        public var window = 200

        public static let ranges: [String: ClosedRange<Double>] = ["window": 1...1_000_000]

        public init() {}
    }

    public let parameters: Parameters
    /// The question behind each sentence, then two times what is left of them.
    public var passes: Double { 9 }

    public init(parameters: Parameters) {
        self.parameters = parameters
    }

    /// Behind the question, where its likelihood is measured: the paper's words against what a model makes up.
    private static let restriction = "We can get the answer to this question in the given documents."
    /// How far the best sentence's share is above the mean.
    private static let spread = 0.3

    public func select(_ context: Context, by scorer: Scorer, in c: Computation) -> [Int] {
        let (parts, question) = (parts(of: context), context.question ?? "")
        let longest = parts.map(\.count).max() ?? 0
        let restricted = scorer.tokens(of: "\n\(question) \(Self.restriction)")
        let text = scorer.text(behind: context.prefix, room: longest + restricted.count, in: c)
        let likelihoods = text.surprisals(
            of: restricted, behindEach: parts.map { Array(context.tokens[$0]) }, in: c
        ).map { -$0.mean }
        let shares = shares(
            of: parts.ranked(by: likelihoods).first(tokens: 2 * context.budget), budget: context.budget)

        let room = longest + context.budget
        let plain = scorer.text(behind: context.prefix, room: room, in: c)
        let informed = scorer.text(
            behind: context.prefix + scorer.tokens(of: "\(question)\n"), room: room, in: c)
        var kept: [Int] = []
        for (part, share) in shares.sorted(by: { $0.part.lowerBound < $1.part.lowerBound }) where share > 0 {
            let tokens = context.tokens[part]
            let scores = zip(plain.surprisal(of: tokens, in: c), informed.surprisal(of: tokens, in: c)).map(-)
            kept += Array(part).ranked(by: scores).prefix(share).sorted()
            plain.added = kept.map { context.tokens[$0] }
            informed.added = plain.added
        }
        return kept
    }

    /// Sentences, long ones in parts.
    private func parts(of context: Context) -> [Range<Int>] {
        let size = max(1, min(parameters.window, context.tokens.count))
        return context.sentences.flatMap { sentence in
            stride(from: sentence.tokens.lowerBound, to: sentence.tokens.upperBound, by: size).map {
                $0..<min($0 + size, sentence.tokens.upperBound)
            }
        }
    }

    /// How many tokens of each part stay, the budget together.
    private func shares(of ranked: [Range<Int>], budget: Int) -> [(part: Range<Int>, share: Int)] {
        let total = ranked.reduce(0) { $0 + $1.count }
        let mean = Double(budget) / Double(max(1, total))
        var left = budget
        var shares = ranked.enumerated().map { rank, part in
            let rate = mean + (1 - 2 * Double(rank) / Double(ranked.count)) * Self.spread
            let share = min(left, Int((min(max(rate, 0), 1) * Double(part.count)).rounded()))
            left -= share
            return (part: part, share: share)
        }
        for i in shares.indices {
            let more = min(left, shares[i].part.count - shares[i].share)
            shares[i].share += more
            left -= more
        }
        return shares
    }
}
