import Foundation
import Tensors

extension LanguageModel {
    /// A layer's rotated queries or keys as they were before their positions turned them; x: [rows, heads × headDim],
    /// rows of one sequence.
    public func unrotated(_ x: Tensor, at positions: Range<Int>, layer: Int, in c: Computation) -> Tensor {
        guard let rotation = rotations[layer] else { return x }
        let table = rotation.table(positions.map { Int32($0) }, .causal(x.rows), on: c.backend)
        let turned = Tensor(uninitialized: x.shape, on: c.backend)
        c.backend.rope(x, table, inverse: true, into: turned, adding: false)
        // The table's angles are as long as `amplitude`, on the way there and back.
        let length = Float(rotation.rotary.amplitude * rotation.rotary.amplitude)
        guard length != 1 else { return turned }
        let (half, headDim) = (table.half, table.headDim)
        return Tensor(
            turned.values.enumerated().map {
                $0.offset % headDim < 2 * half ? $0.element / length : $0.element
            },
            shape: x.shape, on: c.backend)
    }

    /// How each layer turns queries at some positions on average; nil in a layer that turns nothing.
    public func meanRotations(over positions: Range<Int>) -> [MeanRotation?] {
        let different = rotations.different.map { rotation in
            let frequencies = rotation.frequencies(length: positions.upperBound)
            func mean(_ function: (Double) -> Double) -> [Double] {
                frequencies.map { frequency in
                    positions.reduce(0) { $0 + function(Double($1) * frequency) } * rotation.rotary.amplitude
                        / Double(positions.count)
                }
            }
            return MeanRotation(cosines: mean(cos), sines: mean(sin))
        }
        return rotations.ofLayer.map { $0.map { different[$0] } }
    }

    /// A layer's rotated keys moved to other positions; x: [rows, heads × headDim], rows of one sequence
    /// - Parameters:
    ///   - positions: where each row is
    ///   - steps: how far it goes, backwards where negative
    func moved(
        _ x: Tensor, at positions: [Int32], by steps: [Int32], layer: Int, on backend: any Backend
    ) -> Tensor {
        guard let rotation = rotations[layer] else { return x }
        func turned(_ x: Tensor, _ positions: [Int32], _ frequencies: [Double], inverse: Bool) -> Tensor {
            let table = RotaryTable(
                positions: positions, frequencies: frequencies, headDim: rotation.headDim, on: backend)
            let turned = Tensor(uninitialized: x.shape, on: backend)
            backend.rope(x, table, inverse: inverse, into: turned, adding: false)
            return turned
        }
        let targets = zip(positions, steps).map { $0 + $1 }
        func frequencies(_ positions: [Int32]) -> [Double] {
            rotation.frequencies(length: Int(positions.max() ?? 0) + 1)
        }
        let (before, after) = (frequencies(positions), frequencies(targets))
        guard before != after else { return turned(x, steps, after, inverse: false) }
        // A sequence that is now shorter turns by other frequencies.
        return turned(turned(x, positions, before, inverse: true), targets, after, inverse: false)
    }
}

/// Mean cosines and sines of positions: pair i of a head is its elements i and i + cosines.count.
public struct MeanRotation: Sendable {
    public let cosines: [Double]
    public let sines: [Double]

    public init(cosines: [Double], sines: [Double]) {
        self.cosines = cosines
        self.sines = sines
    }

    /// A head's elements turned; those behind the pairs stay as they are.
    public func turned(_ x: [Float]) -> [Float] {
        let half = cosines.count
        var turned = x
        for i in 0..<half {
            let (cosine, sine) = (Float(cosines[i]), Float(sines[i]))
            turned[i] = cosine * x[i] - sine * x[i + half]
            turned[i + half] = cosine * x[i + half] + sine * x[i]
        }
        return turned
    }
}
