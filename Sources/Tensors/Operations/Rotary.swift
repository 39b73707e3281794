import Foundation

/// Angles of rotary positions (Su et al. 2021) for the rows of one forward pass.
public struct RotaryTable {
    /// [rows, half]
    let cosines: Tensor
    let sines: Tensor
    /// Half the size of a head.
    let half: Int

    /// frequencies: [half], radians a position; `scale` multiplies cosines and sines (YaRN).
    public init(positions: [Int32], frequencies: [Double], scale: Double = 1) {
        half = frequencies.count
        cosines = Tensor(shape: [positions.count, half])
        sines = Tensor(shape: [positions.count, half])
        // Rows of one position share their angles, and neighbours are often equal or known.
        for (row, position) in positions.enumerated() {
            for (i, frequency) in frequencies.enumerated() {
                let angle = Double(position) * frequency
                cosines.floats[row * half + i] = Float(cos(angle) * scale)
                sines.floats[row * half + i] = Float(sin(angle) * scale)
            }
        }
    }
}

extension Computation {
    /// Rotates every head of x by its row's angles, pairing element i with i + half.
    /// x: [rows, heads × headDim]
    public func rope(_ x: Tensor, _ table: RotaryTable) -> Tensor {
        precondition(
            x.rows == table.cosines.rows && x.width % (2 * table.half) == 0,
            "\(x.shape) does not fit a table of \(table.cosines.rows) rows and heads of \(2 * table.half)")
        let y = Tensor(shape: x.shape)
        backend.rope(x, table, inverse: false, into: y, adding: false)
        record(y, from: [x]) { upstream in
            backend.rope(upstream, table, inverse: true, into: x.gradientForAdding(), adding: true)
        }
        return y
    }
}
