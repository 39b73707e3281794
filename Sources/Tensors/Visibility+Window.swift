extension Visibility {
    /// The same without keys that lie `window` or more positions before the row's own (a sliding
    /// window as transformers counts it: the row itself and the `window` - 1 positions before it).
    ///
    /// - Parameters:
    ///   - positions: one a row
    ///   - keyPositions: one a key
    public func windowed(_ window: Int, positions: [Int32], keyPositions: [Int32]) -> Visibility {
        precondition(positions.count == rows, "\(positions.count) positions for \(rows) rows")
        precondition(keyPositions.count >= keyBound, "\(keyPositions.count) positions for \(keyBound) keys")
        // Where each ascending stretch of key positions ends: within one, the first key in the window is
        // found by halving.
        var ends = Array(repeating: keyBound, count: keyBound)
        for key in stride(from: keyBound - 2, through: 0, by: -1) {
            ends[key] = keyPositions[key] <= keyPositions[key + 1] ? ends[key + 1] : key + 1
        }
        var result = Visibility()
        for row in 0..<rows {
            let last = Int(positions[row]) - window
            var kept: [Range<Int>] = []
            for interval in self[row] {
                var start = interval.lowerBound
                while start < interval.upperBound {
                    let end = min(ends[start], interval.upperBound)
                    var (low, high) = (start, end)
                    while low < high {
                        let middle = (low + high) / 2
                        if Int(keyPositions[middle]) > last { high = middle } else { low = middle + 1 }
                    }
                    kept.append(low..<end)
                    start = end
                }
            }
            result.append(kept)
        }
        return result
    }
}
