import LanguageModels
import Tensors

/// Sees what queries are like before positions turn them: their mean and covariance in each head, of queries whose
/// products with keys over √headDim are the model's scores.
public final class QueryMoments: AttentionObserver {
    /// Of one query head: mean, [headDim], and covariance, [headDim, headDim].
    public struct Head: Sendable {
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
            Threads.map(shape.heads) { [backend = c.backend] head in
                let (mean, centered) = Self.centered(
                    all, rows: rows, width: width, columns: head * dim..<(head + 1) * dim, scale: scale)
                let x = Tensor(centered, shape: [rows, dim], on: backend)
                let covariance = Tensor(shape: [dim, dim], on: backend)
                backend.multiply(
                    x, transposed: true, x, transposed: false, alpha: 1 / Float(rows), beta: 0,
                    into: covariance)
                return Head(mean: mean, covariance: covariance.values)
            })
    }

    /// The mean of some columns of [rows, width], times `scale`, and what each row is apart from it.
    private static func centered(
        _ all: [Float], rows: Int, width: Int, columns: Range<Int>, scale: Float
    ) -> (mean: [Float], rows: [Float]) {
        let dim = columns.count
        var mean = [Float](repeating: 0, count: dim)
        let centered = [Float](unsafeUninitializedCapacity: rows * dim) { out, count in
            all.withUnsafeBufferPointer { all in
                mean.withUnsafeMutableBufferPointer { mean in
                    for row in 0..<rows {
                        let first = row * width + columns.lowerBound
                        for i in 0..<dim {
                            let x = scale * all[first + i]
                            out[row * dim + i] = x
                            mean[i] += x / Float(rows)
                        }
                    }
                    for row in 0..<rows { for i in 0..<dim { out[row * dim + i] -= mean[i] } }
                }
            }
            count = rows * dim
        }
        return (mean, centered)
    }
}
