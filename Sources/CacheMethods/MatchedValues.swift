import Foundation
import Tensors

/// Values for some keys of a KV head, such that attention over those keys alone gives about what it gives over all.
struct MatchedValues {
    /// Softmax of queries over all keys; [queries, keys]
    private let weights: Tensor
    /// What attention over all keys gives; [queries, headDim]
    private let outputs: Tensor
    private let values: Tensor

    /// - Parameters:
    ///   - queries: of all query heads that share the KV head; [queries, headDim]
    ///   - keys: [keys, headDim]
    ///   - values: [keys, headDim]
    init(_ queries: Tensor, scale: Float, keys: Tensor, values: Tensor) {
        let backend = queries.backend
        let scores = Tensor(shape: [queries.rows, keys.rows], on: backend)
        backend.multiply(
            queries, transposed: false, keys, transposed: true, alpha: scale, beta: 0, into: scores)
        weights = Self.softmax(scores)
        outputs = Tensor(shape: [queries.rows, values.width], on: backend)
        backend.multiply(
            weights, transposed: false, values, transposed: false, alpha: 1, beta: 0, into: outputs)
        self.values = values
    }

    private static func softmax(_ scores: Tensor) -> Tensor {
        var all = scores.values
        let width = scores.width
        for row in 0..<scores.rows {
            let own = row * width..<(row + 1) * width
            let most = all[own].max() ?? 0
            var sum: Float = 0
            for i in own {
                all[i] = exp(all[i] - most)
                sum += all[i]
            }
            for i in own { all[i] /= sum }
        }
        return Tensor(all, shape: scores.shape, on: scores.backend)
    }

    /// The root of the mean square of each key's weights.
    var rootMeanSquares: [Float] {
        let (all, width) = (weights.values, weights.width)
        var sums = [Float](repeating: 0, count: width)
        for row in 0..<weights.rows {
            for key in 0..<width { sums[key] += all[row * width + key] * all[row * width + key] }
        }
        return sums.map { ($0 / Float(weights.rows)).squareRoot() }
    }

    /// - Parameters:
    ///   - kept: keys whose values are free, ascending
    ///   - fixed: keys that stay as they are
    ///   - ridge: how much values stay near their own, in units of the mean square of a key's weights
    /// - Returns: [kept, headDim]
    func values(of kept: [Int], beside fixed: Range<Int>, ridge: Float) -> [Float] {
        guard !kept.isEmpty else { return [] }
        let backend = weights.backend
        let (rows, width, dim) = (weights.rows, weights.width, values.width)
        // Attention over what stays, with zeros for what goes.
        var rest = weights.values
        var shares = [Float](repeating: 0, count: rows * kept.count)
        var stays = [Bool](repeating: false, count: width)
        for key in Array(fixed) + kept { stays[key] = true }
        for row in 0..<rows {
            let own = row * width..<(row + 1) * width
            var sum: Float = 0
            for i in own {
                if stays[i - own.lowerBound] { sum += rest[i] } else { rest[i] = 0 }
            }
            let share = sum > 0 ? 1 / sum : 0
            for i in own { rest[i] *= share }
            for (i, key) in kept.enumerated() { shares[row * kept.count + i] = rest[own.lowerBound + key] }
        }
        // What is missing where all keep their own values.
        let missing = Tensor(outputs.values, shape: outputs.shape, on: backend)
        backend.multiply(
            Tensor(rest, shape: weights.shape, on: backend), transposed: false, values, transposed: false,
            alpha: -1,
            beta: 1, into: missing)
        let a = Tensor(shares, shape: [rows, kept.count], on: backend)
        let products = Tensor(shape: [kept.count, dim], on: backend)
        backend.multiply(a, transposed: true, missing, transposed: false, alpha: 1, beta: 0, into: products)
        let change = LeastSquares(a, ridge: ridge).solution(products)
        let own = values.values
        var result = change
        for (i, key) in kept.enumerated() {
            for d in 0..<dim { result[i * dim + d] += own[key * dim + d] }
        }
        return result
    }
}
