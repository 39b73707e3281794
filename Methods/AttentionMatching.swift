import CacheMethods
import Contract
import LanguageModels
import Tensors

/// Keeps the most attended keys, with values of their own that make up for the others.
///
/// Zweiger et al. 2026, arXiv 2602.16284: queries are sampled while the model repeats the context; each head keeps the
/// keys with the largest root mean square weight over them, and their values are fitted by least squares, so that
/// attention over what is kept gives what it gave over everything. The paper's bias on scores, which also restores how
/// much of the attention goes to the context at all, is left out: decoders here have no place for it.
public struct AttentionMatching: CacheMethod {
    public static let card = MethodCard(
        id: "attention-matching", name: "Attention matching", family: .kvCache,
        summary:
            "Keeps the most attended keys, and fits their values so that attention gives what it gave over all.",
        loses:
            "What queries look for that are unlike those of repeating the context; compression costs two passes.",
        verified:
            "Keys kept, logits and greedy tokens against least squares in PyTorch (`attention_matching.py`).",
        paper: "https://arxiv.org/abs/2602.16284",
        parameters: [
            "queries": "the most queries that values are fitted to",
            "ridge": "how much values stay near their own, in units of the mean square of a key's weights",
        ])

    public struct Parameters: MethodParameters {
        /// The most queries that values are fitted to.
        public var queries = 512
        /// How much values stay near their own, in units of the mean square of a key's weights.
        public var ridge = 0.01

        public static let ranges: [String: ClosedRange<Double>] = ["queries": 1...100_000, "ridge": 0...1000]

        public init() {}
    }

    public let parameters: Parameters
    /// Two, and a system of equations for each head's values.
    public var passes: Double { 8 }

    public init(parameters: Parameters) {
        self.parameters = parameters
    }

    public func keep(_ context: Context, by reader: ContextReader, in c: Computation) -> Kept {
        let request = reader.tokenizer.encode("\n\nRepeat the previous context exactly.\n") + context.tokens
        let pass = reader.pass(over: context, room: request.count, in: c)
        let asking = min(parameters.queries, context.tokens.count)
        let places = (0..<asking).map { i in
            Int32(request.count - context.tokens.count + i * context.tokens.count / asking)
        }
        let samples = QuerySamples(ofLast: request.count, at: places)
        pass.read(request, observer: samples, in: c)
        let selection = samples.ofLayers.enumerated().map { layer, queries in
            pass.matchValues(
                layer: layer, to: queries, scale: samples.scale, ridge: Float(parameters.ridge), in: c
            ) {
                CacheSelection.best(context.budget, by: [[$0]]).indices[0][0].map(Int.init)
            }
        }
        return Kept(.cache(pass.cache, CacheSelection(selection)))
    }
}
