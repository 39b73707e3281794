import CacheMethods
import Contract
import LanguageModels

/// Keeps the keys with the smallest norms, and their values.
///
/// Devoto et al. 2024, arXiv 2406.11430: where a key is short, queries attend to it. In each layer and KV head
/// the tokens whose rotated keys have the smallest L2 norm stay.
public struct KNorm: CacheMethod {
    public static let card = MethodCard(
        id: "knorm", name: "KNorm", family: .kvCache,
        summary: "Keeps the keys with the smallest norms in each layer and KV head, and their values.",
        paper: "https://arxiv.org/abs/2406.11430")

    public let parameters: NoParameters

    public init(parameters: NoParameters) {
        self.parameters = parameters
    }

    public func select(_ pass: ContextPass, of context: Context, by model: LanguageModel) -> CacheSelection {
        let configuration = model.configuration
        return .best(
            context.budget,
            by: (0..<configuration.layers).map { layer in
                (0..<configuration.kvHeads).map { head in
                    pass.keys(layer: layer, kvHead: head).rowNorms.map { -$0 }
                }
            })
    }
}
