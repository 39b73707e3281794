import Foundation

/// Angles of rotary positions (Su et al. 2021) for the rows of one forward pass.
public struct RotaryTable {
    /// [rows, half]
    public let cosines: Tensor
    public let sines: Tensor
    /// The size of a head, of which the first 2 × half elements are rotated.
    public let headDim: Int
    /// Pairs of a head that are rotated.
    public var half: Int { cosines.width }

    /// frequencies: [half], radians a position; `scale` multiplies cosines and sines (YaRN).
    /// - Parameters:
    ///   - headDim: the size of a head; by default all of it is rotated
    ///   - ofRow: a row's own frequencies, where they differ
    public init(
        positions: [Int32], frequencies: [Double], headDim: Int? = nil, scale: Double = 1,
        ofRow: (Int) -> [Double]? = { _ in nil },
        on backend: any Backend = .standard
    ) {
        let half = frequencies.count
        let shape = [positions.count, half]
        var cosines = [Float](repeating: 0, count: positions.count * half)
        var sines = cosines
        // Rows of one position share their angles: packed contexts repeat the same positions.
        var rowOfPosition: [Int32: Int] = [:]
        for (row, position) in positions.enumerated() {
            let own = ofRow(row)
            if own == nil, let known = rowOfPosition[position] {
                for i in 0..<half {
                    cosines[row * half + i] = cosines[known * half + i]
                    sines[row * half + i] = sines[known * half + i]
                }
                continue
            }
            if own == nil { rowOfPosition[position] = row }
            for (i, frequency) in (own ?? frequencies).enumerated() {
                let angle = Double(position) * frequency
                cosines[row * half + i] = Float(cos(angle) * scale)
                sines[row * half + i] = Float(sin(angle) * scale)
            }
        }
        self.init(
            cosines: Tensor(cosines, shape: shape, on: backend),
            sines: Tensor(sines, shape: shape, on: backend), headDim: headDim ?? 2 * half)
    }

    /// The angles of some of the rows.
    public func selecting(_ rows: [Int32]) -> RotaryTable {
        let c = Computation(backend: cosines.backend)
        return RotaryTable(
            cosines: c.gatherRows(cosines, rows), sines: c.gatherRows(sines, rows), headDim: headDim)
    }

    /// cosines, sines: [rows, half]
    public init(cosines: Tensor, sines: Tensor, headDim: Int) {
        precondition(2 * cosines.width <= headDim, "\(cosines.width) pairs in a head of \(headDim)")
        self.cosines = cosines
        self.sines = sines
        self.headDim = headDim
    }
}

extension Computation {
    /// Rotates every head of x by its row's angles, pairing element i with i + half; elements from 2 × half on stay
    /// as they are.
    /// x: [rows, heads × headDim]
    public func rope(_ x: Tensor, _ table: RotaryTable) -> Tensor {
        precondition(
            x.rows == table.cosines.rows && x.width % table.headDim == 0,
            "\(x.shape) does not fit a table of \(table.cosines.rows) rows and heads of \(table.headDim)")
        let y = Tensor(uninitialized: x.shape, on: backend)
        backend.rope(x, table, inverse: false, into: y, adding: false)
        record(y, from: [x]) { upstream in
            let (gradient, adding) = x.gradientForWriting()
            backend.rope(upstream, table, inverse: true, into: gradient, adding: adding)
        }
        return y
    }
}
