import CacheMethods
import Contract
import Foundation
import LanguageModels
import Tensors

/// Keeps the tokens that queries to come are expected to attend to.
///
/// NVIDIA's kvpress, as described by Devoto et al. 2025, arXiv 2510.00636: queries are taken to be normally
/// distributed, with the mean and the covariance that those of the context have before positions turn them. Turned
/// as the next 512 positions do on average, the expected weight of a key k is the softmax of
/// `μ·k / √d + k·Σk / 2d`; it is multiplied by the norm of the value. The first four tokens stay.
public struct ExpectedAttention: ScoredCacheMethod {
    public static let card = MethodCard(
        id: "expected-attention", name: "Expected attention", family: .kvCache,
        summary: "Keeps the tokens that queries like the context's own are expected to attend to.",
        loses: "What queries unlike the context's own would look for.",
        verified:
            "Keys kept, logits and greedy tokens as in kvpress (`cache_methods.py`); answers on SQuAD (`kvpress_squad.py`).",
        paper: "https://arxiv.org/abs/2510.00636",
        parameters: [
            "future": "positions behind the context that are expected to ask",
            "sinks": "first tokens that always stay",
        ])

    public struct Parameters: MethodParameters {
        /// Positions behind the context that are expected to ask.
        public var future = 512
        public var sinks = 4

        public static let ranges: [String: ClosedRange<Double>] = [
            "future": 1...1_000_000, "sinks": 0...1024,
        ]

        public init() {}
    }

    public let parameters: Parameters

    public init(parameters: Parameters) {
        self.parameters = parameters
    }

    public func read(_ context: Context, by reader: ContextReader, in c: Computation) -> ScoredPass {
        let (own, all) = (context.tokens.count, context.prefix.count + context.tokens.count)
        guard own > 0 else { return reader.pass(over: context, in: c).empty }
        let sinks = min(context.count(ofFirst: parameters.sinks), own - 1)
        let queries = QueryMoments(of: reader.model, atLast: own - sinks, of: all)
        let pass = reader.pass(over: context, observer: queries, in: c)
        let turns = reader.model.meanRotations(over: all..<all + parameters.future)
        return pass.scored { layer in
            let heads = queries.ofLayers[layer].map { $0.turned(by: turns[layer]) }
            let (keys, values) = (pass.keys(layer: layer), pass.values(layer: layer))
            return zip(heads.shared(by: keys.count), zip(keys, values)).map { sharing, own in
                let weights = sharing.map { Self.expected($0, of: own.0, from: sinks, in: c) }
                return own.1.rowNorms.enumerated().map { token, norm in
                    weights.reduce(0) { $0 + $1[token] } / Float(weights.count) * norm
                }
            }
        }.holding(0..<sinks)
    }

    /// The expected weights of a head's keys, [tokens, headDim]; those before `first` have none.
    private static func expected(
        _ head: QueryMoments.Head, of keys: Tensor, from first: Int, in c: Computation
    ) -> [Float] {
        let dim = keys.width
        let products = Tensor(uninitialized: keys.shape, on: c.backend)
        c.backend.multiply(
            keys, transposed: false, Tensor(head.covariance, shape: [dim, dim], on: c.backend),
            transposed: false, alpha: 1 / Float(2 * dim), beta: 0, into: products)
        let (k, spread) = (keys.values, products.values)
        let scale = 1 / Float(dim).squareRoot()
        let scores = (first..<keys.rows).map { row in
            (0..<dim).reduce(Float(0)) {
                $0 + k[row * dim + $1] * (head.mean[$1] * scale + spread[row * dim + $1])
            }
        }
        let most = scores.max() ?? 0
        let powers = scores.map { exp($0 - most) }
        let sum = powers.reduce(0, +)
        return Array(repeating: 0, count: min(first, keys.rows)) + powers.map { $0 / sum }
    }
}
