import Foundation
import Seeding
import Tensors

extension LanguageModel {
    /// A model with random weights: embeddings at deviation 0.05, output and down projections zero,
    /// so that at the start the residual stream is the embeddings alone.
    public static func random(
        _ configuration: ModelConfiguration, using generator: inout SeededGenerator
    ) -> LanguageModel {
        LanguageModel(configuration) { name, shape in
            if shape.count == 1 {
                return Tensor(
                    [Float](repeating: name.hasSuffix(".bias") ? 0 : 1, count: shape[0]), shape: shape)
            }
            if name.hasSuffix("o_proj.weight") || name.hasSuffix("down_proj.weight") {
                return Tensor(shape: shape)
            }
            let deviation =
                name.contains("embed_tokens") || name.contains("lm_head")
                ? 0.05 : 1 / Double(shape[1]).squareRoot()
            return Tensor(normal: deviation, shape: shape, using: &generator)
        }
    }

    /// Starts some heads as an induction circuit, so that a small model learns to copy at all.
    ///
    /// Two heads of layer 0 look at the previous token through the phase of the rotary positions
    /// and write its embedding into a subspace; heads of layers 1 and 2 match that subspace with
    /// the current token and copy what they find. Must be disclosed wherever the model is
    /// described. In the spirit of mimetic initialisation (Trockman & Kolter 2023).
    public func initializeInduction(using generator: inout SeededGenerator) {
        let d = configuration.hiddenSize
        let headDim = configuration.headDim
        let half = headDim / 2
        let deviation: Float = 0.05
        let subspace = min(63, d / 2 - 1)
        let theta = configuration.rotary.frequencies(headDim: headDim)
        let slow = theta.indices.filter { theta[$0] < 0.05 }
        precondition(configuration.kvHeads == configuration.heads && layers.count >= 3)

        for row in 0..<configuration.vocabularySize { embedding[row, 0] = 0.25 }
        // An orthonormal basis that leaves dimension 0, the shared offset, out.
        let basis = orthonormalRows(d - 1, d - 1, using: &generator)
        let current = (0..<subspace).map { [0] + basis[$0] }  // what is matched
        let previous = (0..<subspace).map { [0] + basis[subspace + $0] }  // where it is written

        let first = layers[0]
        for head in 0..<2 {
            for row in head * headDim..<(head + 1) * headDim {
                for column in 0..<d {
                    first.query.weight[row, column] *= column == 0 ? 0 : 0.1
                    first.key.weight[row, column] *= column == 0 ? 0 : 0.1
                }
            }
            for i in 0..<min(6, half) {
                first.query.weight[head * headDim + i, 0] = 1.25
                first.key.weight[head * headDim + i, 0] = 1.25 * Float(cos(theta[i]))
                first.key.weight[head * headDim + half + i, 0] = 1.25 * Float(sin(theta[i]))
            }
        }
        for i in 0..<min(subspace, 2 * headDim) {
            for column in 0..<d {
                first.value.weight[i, column] = current[i][column]
                first.output.weight[column, i] = previous[i][column] * deviation * 1.5
            }
        }
        for layer in layers[1...2] {
            for head in 0..<2 {
                for row in head * headDim..<(head + 1) * headDim {
                    for column in 0..<d {
                        layer.query.weight[row, column] *= 0.1
                        layer.key.weight[row, column] *= 0.1
                    }
                }
                let rows = (slow + slow.map { $0 + half }).map { $0 + head * headDim }
                let mixing = orthonormalRows(min(rows.count, subspace), subspace, using: &generator)
                for (row, mix) in zip(rows, mixing) {
                    for column in 0..<d {
                        var (match, written): (Float, Float) = (0, 0)
                        for s in 0..<subspace {
                            match += mix[s] * current[s][column]
                            written += mix[s] * previous[s][column]
                        }
                        layer.query.weight[row, column] += 1.4 * match
                        layer.key.weight[row, column] += 1.4 * written
                    }
                }
            }
            let copied = orthonormalRows(2 * headDim, d, using: &generator)
            for i in 0..<2 * headDim {
                for column in 0..<d {
                    let value = column == 0 ? 0 : copied[i][column]
                    layer.value.weight[i, column] = value
                    layer.output.weight[column, i] = value * deviation
                }
            }
        }
    }
}

/// Random orthonormal rows (Gram-Schmidt on normal numbers); [count][width], count ≤ width.
private func orthonormalRows(
    _ count: Int, _ width: Int, using generator: inout SeededGenerator
) -> [[Float]] {
    precondition(count <= width, "\(count) orthonormal rows do not fit \(width) dimensions")
    var rows: [[Double]] = []
    while rows.count < count {
        var row = (0..<width).map { _ in generator.normal() }
        // Twice, since one pass loses orthogonality to rounding.
        for _ in 0..<2 {
            for other in rows {
                let dot = zip(row, other).reduce(0) { $0 + $1.0 * $1.1 }
                for i in 0..<width { row[i] -= dot * other[i] }
            }
        }
        let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
        rows.append(row.map { $0 / norm })
    }
    return rows.map { $0.map { Float($0) } }
}
