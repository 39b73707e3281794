import CacheMethods
import Contract
import LanguageModels
import Tensors

/// Keeps the tokens that the last one attends to.
///
/// Oren et al. 2024, arXiv 2401.06104: in each layer the attention weights of the last query, averaged over all
/// heads. The last token itself stays. With `question` the query is the question's last token.
public struct TOVA: ScoredCacheMethod {
    public static let card = MethodCard(
        id: "tova", name: "TOVA", family: .kvCache,
        summary: "Keeps the tokens that the last token attends to, layer by layer.",
        loses: "What the last token does not look at, in all heads of a layer alike.",
        verified:
            "Keys kept, logits and greedy tokens as in kvpress (`cache_methods.py`); answers on SQuAD (`kvpress_squad.py`).",
        paper: "https://arxiv.org/abs/2401.06104",
        parameters: [
            "question": "whether the question is read behind the context, and asks"
        ])

    public struct Parameters: MethodParameters {
        /// Whether the question is read behind the context, and asks.
        public var question = false

        public init() {}
    }

    public let parameters: Parameters

    public init(parameters: Parameters) {
        self.parameters = parameters
    }

    public var card: MethodCard { Self.card.queryAware(parameters.question) }

    public func read(_ context: Context, by reader: ContextReader, in c: Computation) -> ScoredPass {
        let asked = reader.question(of: context)
        let last = context.prefix.count + context.tokens.count + asked.count
        guard last > 0 else { return reader.pass(over: context, in: c).empty }
        let attention = AttentionMass(ofLast: 1, over: [0..<last])
        let pass = reader.pass(over: context, following: asked, observer: attention, in: c)
        let scored = pass.scored { layer in
            let means = pass.sharedMeans(attention.ofLayers[layer])
            let mean = (0..<pass.count).map { token in
                means.reduce(0) { $0 + $1[token] } / Float(means.count)
            }
            return means.map { _ in mean }
        }
        return asked.isEmpty ? scored.holding([pass.count - 1]) : scored
    }
}
