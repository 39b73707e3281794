import Tensors

extension LanguageModel {
    /// A model whose adapted projections carry an adapter's additions, as float32; all other weights are
    /// shared with this one.
    public func merged(with adapter: LowRankAdapter) -> LanguageModel {
        let tensors = tensors
        return LanguageModel(configuration) { name, shape in
            guard let weight = tensors[name] else { return Tensor(shape: shape) }
            guard name.hasSuffix(".weight"), let pair = adapter.pairs[String(name.dropLast(7))] else {
                return weight
            }
            let sum = weight.copy()
            sum.backend.multiply(
                pair.up, transposed: false, pair.down, transposed: false, alpha: adapter.scale, beta: 1,
                into: sum)
            return sum
        }
    }
}
