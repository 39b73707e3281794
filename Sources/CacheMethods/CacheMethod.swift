import Contract
import LanguageModels
import Tensors

/// A method that keeps some keys and values of the decoder's own pass over the context: it writes only
/// which.
public protocol CacheMethod: CompressionMethod {
    /// What to keep of each layer and KV head: at most `context.budget` tokens each.
    func select(_ pass: ContextPass, of context: Context, by model: LanguageModel) throws -> CacheSelection
}

extension CacheMethod {
    public func preparations(for demand: Demand, from resources: Resources) -> [any Preparation] {
        [CachePreparation(method: self, model: resources.backbone.model)]
    }
}

private struct CachePreparation<Method: CacheMethod>: Preparation {
    let method: Method
    let model: LanguageModel

    func compress(_ contexts: [Context], in c: Computation) throws -> [Kept] {
        try contexts.map { context in
            let pass = ContextPass(context, by: model, in: c)
            return Kept(.cache(pass.cache, try method.select(pass, of: context, by: model)))
        }
    }
}
