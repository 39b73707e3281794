import Contract
import HardPrompts
import Tensors

/// Keeps the tokens that the model expects least behind what was kept before them.
///
/// Jiang et al. 2023, arXiv 2310.05736. Coarse: whole sentences with a low perplexity are dropped until about twice
/// the budget is left. Then token by token: the text is read in windows, each behind the **compressed** text
/// so far, and of each window stay the tokens with the highest -ln p, the first token of all among them. On
/// purpose different: the sentences of one context stand for the paper's demonstrations, and all have the same
/// rate in the second step; the budget is shared out over the windows by their lengths and met exactly at every
/// length, where the original keeps what is above a quantile of each window and leaves short texts whole. And a token
/// stays for how unlikely it is itself: the authors' package (0.2.2) compares a token's place with the loss of the token
/// behind it, and so keeps those before the unlikely ones (`Benchmarks/scorers.py`).
public struct LLMLingua: ScorerMethod {
    public static let card = MethodCard(
        id: "llmlingua", name: "LLMLingua", family: .hardPrompt,
        summary: "Keeps the tokens that the model expects least behind those kept before.",
        loses: "Sentences that are likely as a whole, then tokens that those before them suggest.",
        verified: "What the model expects as in transformers, what is kept by it (`hard_prompts.py`).",
        paper: "https://arxiv.org/abs/2310.05736",
        parameters: [
            "coarse": "whether whole sentences are dropped first",
            "window": "tokens that are read at a time",
        ])

    public struct Parameters: MethodParameters {
        /// Whether whole sentences are dropped first.
        public var coarse = true
        /// Tokens that are read at a time.
        public var window = 200

        public static let ranges: [String: ClosedRange<Double>] = ["window": 1...1_000_000]

        public init() {}
    }

    public let parameters: Parameters

    public init(parameters: Parameters) {
        self.parameters = parameters
    }

    public func select(_ context: Context, by scorer: Scorer, in c: Computation) -> [Int] {
        let (all, budget) = (context.tokens, context.budget)
        let left = parameters.coarse ? sentences(of: context, by: scorer, in: c) : Array(all.indices)
        let size = max(1, min(parameters.window, left.count))
        let text = scorer.text(behind: context.prefix, room: budget + size, in: c)
        var kept: [Int] = []
        for start in stride(from: 0, to: left.count, by: size) {
            let window = Array(left[start..<min(start + size, left.count)])
            var scores = text.surprisal(of: window.map { all[$0] }, in: c)
            if start == 0 { scores[0] = .infinity }
            // Rounded up, so that the first token has a place; the last window gets what is left.
            let due = (budget * (start + window.count) + left.count - 1) / left.count
            let chosen = window.ranked(by: scores).prefix(due - kept.count).sorted()
            text.added += chosen.map { all[$0] }
            kept += chosen
        }
        return kept
    }

    /// Tokens of the sentences with the highest perplexity that have twice the budget together.
    private func sentences(of context: Context, by scorer: Scorer, in c: Computation) -> [Int] {
        guard 2 * context.budget < context.tokens.count else { return Array(context.tokens.indices) }
        let information = scorer.surprisal(of: context, in: c)
        let sentences = context.sentences.map(\.tokens)
        return sentences.ranked(by: sentences.map { information[$0].mean })
            .first(tokens: 2 * context.budget).joined().sorted()
    }
}
