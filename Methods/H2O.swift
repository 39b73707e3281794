import CacheMethods
import Contract
import LanguageModels
import Tensors

/// Keeps the tokens that all others together attend to most, and the most recent ones.
///
/// Zhang et al. 2023, arXiv 2306.14048: the attention that each key got from every query so far, added up, for
/// half of the budget; the other half are the last tokens. Scores are averaged over the query heads of a KV head.
public struct H2O: ScoredCacheMethod {
    public static let card = MethodCard(
        id: "h2o", name: "H2O", family: .kvCache,
        summary: "Keeps the tokens that got most attention from all others, and the most recent ones.",
        loses: "Tokens that few others have looked at yet, outside the most recent ones.",
        verified:
            "Keys kept by the attention weights of transformers, logits and greedy tokens behind them (`cache_methods.py`); answers on SQuAD (`kvpress_squad.py`).",
        paper: "https://arxiv.org/abs/2306.14048")

    public let parameters: NoParameters

    public init(parameters: NoParameters) {
        self.parameters = parameters
    }

    public func read(_ context: Context, by reader: ContextReader, in c: Computation) -> ScoredPass {
        let (own, all) = (context.tokens.count, context.prefix.count + context.tokens.count)
        guard own > 0 else { return reader.pass(over: context, in: c).empty }
        // What stands before the context sees none of it.
        let attention = AttentionMass(ofLast: own, over: [0..<all])
        let pass = reader.pass(over: context, observer: attention, asking: own, in: c)
        return pass.scored { pass.sharedMeans(attention.ofLayers[$0]) }
            .holding(pass.count - min(context.budget / 2, pass.count)..<pass.count)
    }
}
