extension String {
    /// The known name that somebody who wrote this most likely meant; nil where none is near.
    ///
    /// Near is a third of its letters away at most: changed, left out, put in or swapped, small or capital. Where no
    /// name is, one whose beginning is a quarter away will do: `gazete` for `gazette-1m`, `q` for `qa`.
    public func nearest(of known: [String]) -> String? {
        let written = Array(lowercased())
        let edits = known.map {
            (name: $0, toBeginnings: Self.edits(from: written, to: Array($0.lowercased())))
        }
        func nearest(within limit: Int, _ distance: ([Int]) -> Int?) -> String? {
            let near = edits.compactMap { name, edits in distance(edits).map { (name: name, edits: $0) } }
            return near.min { $0.edits < $1.edits }.flatMap { $0.edits <= limit ? $0.name : nil }
        }
        return nearest(within: (written.count + 1) / 3) { $0.last }
            ?? nearest(within: written.count / 4) { $0.min() }
    }

    /// ` (did you mean pic?)`, or nothing.
    public func suggestion(of known: [String]) -> String {
        nearest(of: known).map { " (did you mean \($0)?)" } ?? ""
    }

    /// Letters to change, leave out, put in or swap with their neighbour (Damerau 1964), for each beginning of `b`, from
    /// none of it to the whole.
    private static func edits(from a: [Character], to b: [Character]) -> [Int] {
        var rows = (0...a.count).map { i in (0...b.count).map { i == 0 ? $0 : i } }
        for i in a.indices {
            for j in b.indices {
                let change = rows[i][j] + (a[i] == b[j] ? 0 : 1)
                rows[i + 1][j + 1] = Swift.min(change, rows[i][j + 1] + 1, rows[i + 1][j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    rows[i + 1][j + 1] = Swift.min(rows[i + 1][j + 1], rows[i - 1][j - 1] + 1)
                }
            }
        }
        return rows[a.count]
    }
}
