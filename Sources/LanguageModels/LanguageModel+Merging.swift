import Foundation
import Tensors

extension LanguageModel {
    /// Opens a checkpoint with what an adapter, a PEFT folder, adds to it.
    public static func opened(_ checkpoint: Checkpoint, adapter: URL?) throws -> LanguageModel {
        let model = try LanguageModel(checkpoint)
        guard let adapter else { return model }
        return model.merged(with: try LowRankAdapter(folder: adapter, for: model))
    }

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
