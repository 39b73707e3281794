import LanguageModels
import Tensors

/// Sees what queries are like before positions turn them: their mean and covariance in each head, of queries whose
/// products with keys over √headDim are the model's scores.
public final class QueryMoments: AttentionObserver {
    /// Of one query head: mean, [headDim], and covariance, [headDim, headDim].
    public struct Head {
        public let mean: [Float]
        public let covariance: [Float]

        public init(mean: [Float], covariance: [Float]) {
            self.mean = mean
            self.covariance = covariance
        }

        /// As they are where positions turn queries; nil where these turn nothing.
        public func turned(by rotation: MeanRotation?) -> Head {
            guard let rotation else { return self }
            let dim = mean.count
            func rows(_ x: [Float]) -> [[Float]] { (0..<dim).map { Array(x[$0 * dim..<($0 + 1) * dim]) } }
            func transposed(_ x: [[Float]]) -> [[Float]] { x.indices.map { i in x.map { $0[i] } } }
            // R Σ Rᵀ: rows, then columns.
            let once = transposed(rows(covariance).map(rotation.turned))
            return Head(mean: rotation.turned(mean), covariance: once.map(rotation.turned).flatMap(\.self))
        }
    }

    /// [layers][heads]
    public private(set) var ofLayers: [[Head]] = []
    private let model: LanguageModel
    private let positions: Range<Int>

    /// - Parameters:
    ///   - count: how many of the last rows count
    ///   - length: of the sequence that they end
    public init(of model: LanguageModel, atLast count: Int, of length: Int) {
        self.model = model
        positions = length - count..<length
    }

    public var needsAllRows: Bool { true }

    public func observe(
        layer: Int, queries: Tensor, keys: Tensor, values: Tensor, _ shape: AttentionShape
    ) {
        let c = Computation(backend: queries.backend)
        let rows = positions.count
        let last = queries.rowsCopy(queries.rows - rows..<queries.rows)
        let all = model.unrotated(last, at: positions, layer: layer, in: c).values
        let usual = 1 / Float(shape.headDim).squareRoot()
        let scale = shape.scale == usual ? 1 : shape.scale / usual
        let (width, dim) = (queries.width, shape.headDim)
        ofLayers.append(
            (0..<shape.heads).map { head in
                var mean = [Float](repeating: 0, count: dim)
                var centered = [Float](repeating: 0, count: rows * dim)
                for row in 0..<rows {
                    for i in 0..<dim {
                        let x = scale * all[row * width + head * dim + i]
                        centered[row * dim + i] = x
                        mean[i] += x / Float(rows)
                    }
                }
                for row in 0..<rows { for i in 0..<dim { centered[row * dim + i] -= mean[i] } }
                let x = Tensor(centered, shape: [rows, dim], on: c.backend)
                let covariance = Tensor(shape: [dim, dim], on: c.backend)
                c.backend.multiply(
                    x, transposed: true, x, transposed: false, alpha: 1 / Float(rows), beta: 0,
                    into: covariance)
                return Head(mean: mean, covariance: covariance.values)
            })
    }
}
