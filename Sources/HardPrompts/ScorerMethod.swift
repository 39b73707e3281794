import Contract
import Tensors

/// A method that keeps some of the real tokens, chosen by what a language model expects there.
///
/// The model is the decoder's own.
public protocol ScorerMethod: CompressionMethod {
    /// The tokens that stay, by their indices, ascending: `context.budget` of them.
    func select(_ context: Context, by scorer: Scorer, in c: Computation) throws -> [Int]
}

extension ScorerMethod {
    /// One, which scores with the decoder.
    public func preparations(for demand: Demand, from resources: Resources) throws -> [any Preparation] {
        [ScorerPreparation(method: self, scorer: Scorer(resources.backbone))]
    }
}

private struct ScorerPreparation<Method: ScorerMethod>: Preparation {
    let method: Method
    let scorer: Scorer

    func compress(_ contexts: [Context], in c: Computation) throws -> [Kept] {
        try contexts.map { .selection(try method.select($0, by: scorer, in: c)) }
    }
}
