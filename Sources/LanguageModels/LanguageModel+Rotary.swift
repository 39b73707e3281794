import Foundation
import Tensors

extension LanguageModel {
    /// The angles of a pass's rows. Where frequencies follow the length of the sequence, each row has
    /// those of its own sequence, so that packed sequences are as if alone.
    func rotaryTable(
        _ positions: [Int32], _ visibility: Visibility, on backend: any Backend
    ) -> RotaryTable {
        let rotary = configuration.rotary
        guard let trained = rotary.dynamicFrom, positions.contains(where: { $0 >= trained }) else {
            return RotaryTable(
                positions: positions, frequencies: frequencies, scale: rotary.amplitude, on: backend)
        }
        let lengths = visibility.sequenceLengths(positions: positions).map { max($0, trained) }
        var known: [Int: [Double]] = [:]
        for length in Set(lengths) {
            known[length] = rotary.frequencies(headDim: configuration.headDim, length: length)
        }
        return RotaryTable(
            positions: positions, frequencies: frequencies, scale: rotary.amplitude,
            ofRow: { known[lengths[$0]] }, on: backend)
    }

    /// Rotated queries or keys as they were before their positions turned them; x: [rows, heads × headDim], rows
    /// of one sequence.
    public func unrotated(_ x: Tensor, at positions: Range<Int>, in c: Computation) -> Tensor {
        let table = rotaryTable(positions.map { Int32($0) }, .causal(x.rows), on: c.backend)
        let turned = Tensor(uninitialized: x.shape, on: c.backend)
        c.backend.rope(x, table, inverse: true, into: turned, adding: false)
        // The table's angles are as long as `amplitude`, on the way there and back.
        let length = Float(configuration.rotary.amplitude * configuration.rotary.amplitude)
        guard length != 1 else { return turned }
        return Tensor(turned.values.map { $0 / length }, shape: x.shape, on: c.backend)
    }

    /// Mean cosines and sines of positions, [headDim / 2] each: how queries there are turned on average.
    public func meanRotation(over positions: Range<Int>) -> (cosines: [Double], sines: [Double]) {
        let rotary = configuration.rotary
        let turning =
            rotary.dynamicFrom.map {
                rotary.frequencies(
                    headDim: configuration.headDim, length: max($0, positions.upperBound))
            } ?? frequencies
        func mean(_ function: (Double) -> Double) -> [Double] {
            turning.map { frequency in
                positions.reduce(0) { $0 + function(Double($1) * frequency) } * rotary.amplitude
                    / Double(positions.count)
            }
        }
        return (mean(cos), mean(sin))
    }

    /// Rotated rows moved to other positions of the same sequence; x: [rows, heads × headDim],
    /// steps: how far each row goes, backwards where negative
    func moved(_ x: Tensor, by steps: [Int32], on backend: any Backend) -> Tensor {
        let table = RotaryTable(positions: steps, frequencies: frequencies, on: backend)
        let turned = Tensor(uninitialized: x.shape, on: backend)
        backend.rope(x, table, inverse: false, into: turned, adding: false)
        return turned
    }
}
