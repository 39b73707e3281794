import Contract
import LanguageModels
import Tensors

/// A method that keeps some keys and values of the decoder's own pass over the context.
///
/// Its budget is `context.budget` pairs a layer and KV head on average: layers and heads may share it out.
public protocol CacheMethod: CompressionMethod {
    /// Reads a context and says what of it stays.
    func keep(_ context: Context, by reader: ContextReader, in c: Computation) throws -> Kept
}

/// A cache method that gives each key of the context a score: in every layer and KV head those with the highest
/// stay. What shares out the budget otherwise goes by the same scores.
public protocol ScoredCacheMethod: CacheMethod {
    func read(_ context: Context, by reader: ContextReader, in c: Computation) throws -> ScoredPass
}

extension ScoredCacheMethod {
    public func keep(_ context: Context, by reader: ContextReader, in c: Computation) throws -> Kept {
        try read(context, by: reader, in: c).keeping { .best(context.budget, by: $0) }
    }
}

extension CacheMethod {
    public func preparations(for demand: Demand, from resources: Resources) throws -> [any Preparation] {
        [CachePreparation(method: self, backbone: try resources.backbone)]
    }
}

private struct CachePreparation<Method: CacheMethod>: Preparation {
    let method: Method
    let backbone: Backbone

    func compress(_ contexts: [Context], in c: Computation) throws -> [Kept] {
        let reader = ContextReader(backbone, sharesPrefixes: contexts.count > 1)
        return try contexts.map { try method.keep($0, by: reader, in: c) }
    }
}

/// A pass over a context, and what a method makes of its keys.
public struct ScoredPass {
    public let pass: ContextPass
    /// [layers][kvHeads][tokens of the context]; what has more is kept before what has less
    public var scores: [[[Float]]]

    public init(pass: ContextPass, scores: [[[Float]]]) {
        self.pass = pass
        self.scores = scores
    }

    /// What a selection by the scores keeps of the pass.
    public func keeping(_ select: ([[[Float]]]) -> CacheSelection) -> Kept {
        Kept(.cache(pass.cache, select(scores)))
    }

    /// Puts tokens above all others, whatever their scores.
    /// - Parameter places: in the context
    public func holding(_ places: some Sequence<Int>) -> ScoredPass {
        var result = self
        for layer in scores.indices {
            for head in scores[layer].indices {
                for place in places where scores[layer][head].indices.contains(place) {
                    result.scores[layer][head][place] = .infinity
                }
            }
        }
        return result
    }
}
