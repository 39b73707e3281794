import CacheMethods
import Contract
import LanguageModels
import Tensors

/// Keeps the tokens that the last ones attend to, with their neighbours.
///
/// Li et al. 2024, arXiv 2404.14469: attention weights of a window of the last queries, averaged over the window,
/// pooled over neighbouring tokens, averaged over the query heads of each KV head; the window itself stays. A
/// window takes at most half of the budget: one that is longer would keep nothing else. With `question` the
/// question is read behind the context and its tokens are the end of the window.
public struct SnapKV: ScoredCacheMethod {
    public static let card = MethodCard(
        id: "snapkv", name: "SnapKV", family: .kvCache,
        summary: "Keeps the tokens that a window of the last ones attends to, and their neighbours.",
        loses: "What the window at the end does not look at, such as what only a question would look for.",
        verified:
            "Keys kept, logits and greedy tokens as in kvpress (`cache_methods.py`); answers on SQuAD (`kvpress_squad.py`).",
        paper: "https://arxiv.org/abs/2404.14469",
        parameters: [
            "window": "the most last tokens whose attention counts",
            "kernel": "tokens over which weights are pooled, an odd number",
            "question": "whether the question is read behind the context, at the end of the window",
        ])

    public struct Parameters: MethodParameters {
        /// The most tokens whose attention counts.
        public var window = 64
        /// Tokens over which weights are pooled, an odd number.
        public var kernel = 5
        /// Whether the question is read behind the context, at the end of the window.
        public var question = false

        public static let ranges: [String: ClosedRange<Double>] = ["window": 1...4096, "kernel": 1...255]

        public init() {}

        /// How many of a context's last tokens are in the window.
        func window(of context: Context, asked: Int) -> Int {
            min(max(0, window - asked), context.budget / 2, context.tokens.count)
        }
    }

    public let parameters: Parameters

    public init(parameters: Parameters) {
        self.parameters = parameters
    }

    public var card: MethodCard { Self.card.queryAware(parameters.question) }

    public func read(_ context: Context, by reader: ContextReader, in c: Computation) -> ScoredPass {
        let asked = reader.question(of: context)
        let all = context.prefix.count + context.tokens.count + asked.count
        guard all > 0 else { return reader.pass(over: context, in: c).empty }
        let window = parameters.window(of: context, asked: asked.count)
        let asking = max(1, window + min(asked.count, parameters.window))
        let attention = AttentionMass(ofLast: asking, over: [0..<all])
        let pass = reader.pass(over: context, following: asked, observer: attention, asking: asking, in: c)
        return pass.scored { layer in
            pass.sharedMeans(attention.ofLayers[layer]).map { weights in
                Self.pooled(Array(weights.dropLast(window)), over: parameters.kernel)
                    + weights.suffix(window)
            }
        }.holding(pass.count - window..<pass.count)
    }

    /// Means over a window around each, what lies outside counting as 0.
    private static func pooled(_ weights: [Float], over kernel: Int) -> [Float] {
        weights.indices.map { i in
            let near = max(0, i - kernel / 2)..<min(weights.count, i + kernel / 2 + 1)
            return weights[near].reduce(0, +) / Float(kernel)
        }
    }
}
