import Contract
import LanguageModels
import Tensors

/// A method that keeps some of the real tokens, chosen by what a language model expects there.
///
/// The model is the decoder, or another one that is named for it.
public protocol ScorerMethod: CompressionMethod {
    /// The tokens that stay, by their indices, ascending: `context.budget` of them.
    func select(_ context: Context, by scorer: Scorer, in c: Computation) throws -> [Int]
}

extension ScorerMethod {
    /// One over all of it, one over what that leaves.
    public var passes: Double { 2 }

    /// One, which scores with the model that is named for it, or with the decoder.
    public func preparations(for demand: Demand, from resources: Resources) throws -> [any Preparation] {
        let scorer =
            try resources.scorer.map { Scorer($0, for: resources.tokenizer) } ?? Scorer(resources.backbone)
        return [ScorerPreparation(method: self, scorer: scorer, content: resources.scorer?.asScorer)]
    }
}

private struct ScorerPreparation<Method: ScorerMethod>: Preparation {
    let method: Method
    let scorer: Scorer
    /// Nil for the decoder, whose hash is in the cell's identity anyway.
    let content: PreparedContent?

    func compress(_ contexts: [Context], in c: Computation) throws -> [Kept] {
        try contexts.map { .selection(try method.select($0, by: scorer, in: c)) }
    }
}

extension Backbone {
    fileprivate var asScorer: PreparedContent {
        PreparedContent(name: name, hash: contentHash, isTrained: false)
    }
}
