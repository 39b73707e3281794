import Contract
import HardPrompts

/// Keeps the words that a classifier was trained to keep.
///
/// Pan et al. 2024, arXiv 2403.12968: each token is classified, a word's probability is the mean of its tokens', and
/// the most probable words stay. On purpose different: the paper has GPT-4 shorten texts and trains a bidirectional
/// encoder on which words stayed; here the labels are the tokens that the model itself needs (those whose embeddings
/// its answer behind the full context depends on most, by the norm of the gradient), and the encoder begins as
/// the model, causal. The budget is met exactly, with the first tokens of the last word.
public struct LLMLingua2: TokenClassifierMethod {
    public static let card = MethodCard(
        id: "llmlingua-2", name: "LLMLingua-2", family: .hardPrompt,
        summary: "Keeps the words that a trained token classifier takes for needed.",
        loses:
            "What nothing before it shows to be needed: the classifier reads from left to right, and no question.",
        verified: "Probabilities and what is kept by them as in plain PyTorch (`soft_prompts.py`).",
        paper: "https://arxiv.org/abs/2403.12968")

    public let parameters: NoParameters

    public init(parameters: NoParameters) {
        self.parameters = parameters
    }

    public func select(_ context: Context, by probabilities: [Float]) -> [Int] {
        let words = context.words
        return words.ranked(by: words.map { probabilities[$0].mean }).tokens(upTo: context.budget)
    }
}
