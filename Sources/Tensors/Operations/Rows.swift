extension Computation {
    /// The rows of `table` that `ids` name, in that order and as often; result: [ids.count, width].
    ///
    /// Token embeddings are this operation with a vocabulary as the table.
    public func gatherRows(_ table: Tensor, _ ids: [Int32]) -> Tensor {
        precondition(
            ids.allSatisfy { $0 >= 0 && Int($0) < table.rows }, "a row outside 0..<\(table.rows) is asked for"
        )
        let y = Tensor(uninitialized: [ids.count, table.width], on: backend)
        backend.gatherRows(table, ids, into: y)
        record(y, from: [table]) { upstream in
            backend.scatterAddRows(upstream, ids, to: table.gradientForAdding())
        }
        return y
    }

    /// The rows of all parts, one part behind the other; all of one width.
    public func concatenateRows(_ parts: [Tensor]) -> Tensor {
        let width = parts.first?.width ?? 0
        precondition(parts.allSatisfy { $0.width == width }, "parts of widths \(parts.map(\.width))")
        let y = Tensor(uninitialized: [parts.reduce(0) { $0 + $1.rows }, width], on: backend)
        var offsets: [Int] = []
        var row = 0
        for part in parts {
            offsets.append(row)
            y.replaceRows(from: row, with: part)
            row += part.rows
        }
        record(y, from: parts) { upstream in
            for (part, offset) in zip(parts, offsets) where part.needsGradient {
                part.addGradient(
                    consuming: upstream.rowsCopy(offset..<offset + part.rows), on: backend)
            }
        }
        return y
    }

    /// The mean of x's rows in each window; result: [windows.count, width].
    public func windowMean(_ x: Tensor, _ windows: [Range<Int>]) -> Tensor {
        precondition(windows.allSatisfy { $0.upperBound <= x.rows }, "a window is outside \(x.shape)")
        let y = Tensor(uninitialized: [windows.count, x.width], on: backend)
        backend.windowMean(x, windows, into: y)
        record(y, from: [x]) { upstream in
            backend.windowMeanBackward(upstream, windows, to: x.gradientForAdding())
        }
        return y
    }
}
