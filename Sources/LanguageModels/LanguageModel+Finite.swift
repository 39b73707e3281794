import Foundation
import Tensors

extension LanguageModel {
    /// Refuses weights that hold numbers that are not finite, by the first tensor's name.
    ///
    /// Each matrix is multiplied with ones: a NaN or an infinity anywhere in it reaches the product. The
    /// weights are read once, as the first prompt reads them anyway.
    public func requireFiniteWeights(of folder: URL) throws {
        if let name = firstNotFinite {
            throw ModelError.badConfiguration(
                file: folder.path,
                reason: "'\(name)' holds numbers that are not finite; download or convert it again")
        }
    }

    /// The error for logits that are not finite.
    public func notFinite(in folder: URL) -> ModelError {
        .badConfiguration(
            file: folder.path,
            reason: firstNotFinite.map { "'\($0)' holds numbers that are not finite" }
                ?? "its logits are not finite although its weights are: they overflow")
    }

    private var firstNotFinite: String? {
        let c = Computation(backend: embedding.backend)
        return tensors.sorted { $0.key < $1.key }.first { _, tensor in
            guard tensor.shape.count == 2 else { return !tensor.isFinite }
            let ones = Tensor(
                [Float](repeating: 1, count: tensor.width), shape: [1, tensor.width], on: c.backend)
            return !c.linear(ones, tensor).isFinite
        }?.key
    }
}
