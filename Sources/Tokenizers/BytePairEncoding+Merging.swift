extension BytePairEncoding {
    /// Joins neighbours until no merge is left, in n log n of the tokens; those that were joined with one
    /// before them are -1.
    func merged(_ start: [Int32]) -> [Int32] {
        var symbols = start
        let count = symbols.count
        guard count > 1 else { return symbols }
        // A list of what is left: each symbol's neighbours, count behind the last; removed ones are -1.
        var next = Array(1...count)
        var previous = Array(-1..<count - 1)
        var heap = MergeHeap()
        for i in 0..<count - 1 {
            let rank = merges.rank(symbols[i], symbols[i + 1])
            if rank >= 0 { heap.append(rank: rank, position: i) }
        }
        heap.order()
        while let top = heap.pop() {
            let i = top.position
            guard symbols[i] >= 0, next[i] < count else { continue }
            let right = next[i]
            let rank = merges.rank(symbols[i], symbols[right])
            // An entry of a pair that is no more.
            guard rank >= 0, merges.products[Int(rank)] == merges.products[Int(top.rank)] else {
                continue
            }
            symbols[i] = merges.products[Int(rank)]
            symbols[right] = -1
            next[i] = next[right]
            if next[i] < count {
                previous[next[i]] = i
                let rank = merges.rank(symbols[i], symbols[next[i]])
                if rank >= 0 { heap.push(rank: rank, position: i) }
            }
            if previous[i] >= 0 {
                let rank = merges.rank(symbols[previous[i]], symbols[i])
                if rank >= 0 { heap.push(rank: rank, position: previous[i]) }
            }
        }
        return symbols
    }

    /// Cuts a long piece where no merge can ever join the characters on the two sides, so that its
    /// parts have the ids that they have within it.
    func independentParts(of piece: ArraySlice<Unicode.Scalar>) -> [Range<Int>] {
        let joints = joints
        var result: [Range<Int>] = []
        var begin = piece.startIndex
        for i in piece.indices.dropFirst() {
            let (left, right) = (piece[i - 1], piece[i])
            // Characters that are no tokens may be fused or fall back to bytes.
            if characterIDs[left] != nil, characterIDs[right] != nil, !joints.contains(Joint(left, right)) {
                result.append(begin..<i)
                begin = i
            }
        }
        result.append(begin..<piece.endIndex)
        return result
    }

    /// Two characters that a merge brings together: the last of its left token, the first of its right.
    struct Joint: Hashable {
        let pair: UInt64

        init(_ left: Unicode.Scalar, _ right: Unicode.Scalar) {
            pair = UInt64(left.value) << 32 | UInt64(right.value)
        }
    }

    static func joints(_ merges: MergeTable, _ ids: [ExactText: Int32]) -> Set<Joint> {
        var ends: [Int32: (first: Unicode.Scalar, last: Unicode.Scalar)] = Dictionary(
            minimumCapacity: ids.count)
        for (token, id) in ids {
            if let first = token.text.unicodeScalars.first, let last = token.text.unicodeScalars.last {
                ends[id] = (first, last)
            }
        }
        var result: Set<Joint> = []
        for (left, right) in merges.joined {
            if let left = ends[left], let right = ends[right] {
                result.insert(Joint(left.last, right.first))
            }
        }
        return result
    }
}
