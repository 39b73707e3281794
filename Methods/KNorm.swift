import CacheMethods
import Contract
import LanguageModels
import Tensors

/// Keeps the keys with the smallest norms, and their values.
///
/// Devoto et al. 2024, arXiv 2406.11430: where a key is short, queries attend to it. In each layer and KV head
/// the tokens whose rotated keys have the smallest L2 norm stay.
public struct KNorm: ScoredCacheMethod {
    public static let card = MethodCard(
        id: "knorm", name: "KNorm", family: .kvCache,
        summary: "Keeps the keys with the smallest norms in each layer and KV head, and their values.",
        loses: "Tokens with long keys, whatever would have asked for them.",
        verified:
            "Keys kept, logits and greedy tokens as in kvpress (`cache_methods.py`); answers on SQuAD (`kvpress_squad.py`).",
        paper: "https://arxiv.org/abs/2406.11430")

    public let parameters: NoParameters

    public init(parameters: NoParameters) {
        self.parameters = parameters
    }

    public func read(_ context: Context, by reader: ContextReader, in c: Computation) -> ScoredPass {
        let pass = reader.pass(over: context, in: c)
        return pass.scored { pass.keys(layer: $0).map { $0.rowNorms.map { -$0 } } }
    }
}
