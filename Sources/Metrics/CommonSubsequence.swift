/// The longest common subsequence of two lists.
enum CommonSubsequence {
    /// How long it is, in memory for one row.
    static func length<Element: Equatable>(_ a: [Element], _ b: [Element]) -> Int {
        var row = [Int](repeating: 0, count: b.count + 1)
        for x in a {
            var diagonal = 0
            for (j, y) in b.enumerated() {
                let above = row[j + 1]
                row[j + 1] = x == y ? diagonal + 1 : max(above, row[j])
                diagonal = above
            }
        }
        return row[b.count]
    }

    /// Where the elements of `a` stand that are in it, the last one first. Of several that are as long, the one that
    /// is found from the ends by going back in `a` first: the other order of the arguments finds the other.
    static func places(of a: [Int], in b: [Int]) -> [Int] {
        var table = [[Int]](repeating: [Int](repeating: 0, count: b.count + 1), count: a.count + 1)
        for i in a.indices {
            for j in b.indices {
                table[i + 1][j + 1] =
                    a[i] == b[j] ? table[i][j] + 1 : max(table[i][j + 1], table[i + 1][j])
            }
        }
        var (i, j) = (a.count, b.count)
        var places: [Int] = []
        while i > 0, j > 0 {
            if a[i - 1] == b[j - 1] {
                places.append(i - 1)
                (i, j) = (i - 1, j - 1)
            } else if table[i][j - 1] > table[i - 1][j] {
                j -= 1
            } else {
                i -= 1
            }
        }
        return places
    }
}
