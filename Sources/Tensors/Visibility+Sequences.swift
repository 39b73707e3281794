extension Visibility {
    /// The length of the sequence that each row belongs to: one past the largest position of all rows
    /// that are connected with it by what they see. Packed sequences have lengths of their own.
    ///
    /// positions: one a row; result: one a row
    public func sequenceLengths(positions: [Int32]) -> [Int] {
        precondition(positions.count == rows, "\(positions.count) positions for \(rows) rows")
        // Keys that one interval covers together are one stretch …
        var depth = Array(repeating: 0, count: keyBound + 1)
        for (low, high) in zip(lower, upper) {
            depth[Int(low)] += 1
            depth[Int(high) - 1] -= 1
        }
        var stretch: [Int] = []
        var (open, count) = (0, 0)
        for key in 0..<keyBound {
            stretch.append(count)
            open += depth[key]
            if open == 0 { count += 1 }
        }
        // … and stretches that one row sees are one sequence.
        var parent = Array(0..<count)
        func root(_ index: Int) -> Int {
            var index = index
            while parent[index] != index {
                parent[index] = parent[parent[index]]
                index = parent[index]
            }
            return index
        }
        for row in 0..<rows {
            let own = self[row].map { stretch[$0.lowerBound] }
            for other in own.dropFirst() { parent[root(other)] = root(own[0]) }
        }
        let sequences = (0..<rows).map { row in self[row].first.map { root(stretch[$0.lowerBound]) } }
        var lengths = Array(repeating: 0, count: count)
        for (sequence, position) in zip(sequences, positions) {
            if let sequence { lengths[sequence] = max(lengths[sequence], Int(position) + 1) }
        }
        return zip(sequences, positions).map { $0.map { lengths[$0] } ?? Int($1) + 1 }
    }
}
