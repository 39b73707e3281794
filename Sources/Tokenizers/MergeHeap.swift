/// Merges that may be due, the lowest rank first, then the first position.
struct MergeHeap {
    /// Ranks above positions in one number.
    private var entries: [UInt64] = []

    mutating func append(rank: Int32, position: Int) {
        entries.append(UInt64(rank) << 32 | UInt64(position))
    }

    /// Makes a heap of what was appended.
    mutating func order() {
        for i in stride(from: entries.count / 2 - 1, through: 0, by: -1) { sink(i) }
    }

    mutating func push(rank: Int32, position: Int) {
        append(rank: rank, position: position)
        var i = entries.count - 1
        let entry = entries[i]
        while i > 0, entries[(i - 1) / 2] > entry {
            entries[i] = entries[(i - 1) / 2]
            i = (i - 1) / 2
        }
        entries[i] = entry
    }

    mutating func pop() -> (rank: Int32, position: Int)? {
        guard let top = entries.first, let last = entries.popLast() else { return nil }
        if !entries.isEmpty {
            entries[0] = last
            sink(0)
        }
        return (Int32(top >> 32), Int(top & 0xFFFF_FFFF))
    }

    private mutating func sink(_ start: Int) {
        var i = start
        let entry = entries[i]
        while true {
            var child = 2 * i + 1
            if child >= entries.count { break }
            if child + 1 < entries.count, entries[child + 1] < entries[child] { child += 1 }
            if entries[child] >= entry { break }
            entries[i] = entries[child]
            i = child
        }
        entries[i] = entry
    }
}
