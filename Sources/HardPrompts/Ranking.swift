extension Array {
    /// Its elements, those with high scores first, and of equals the first.
    /// - Parameter scores: one an element
    public func ranked(by scores: [some Comparable]) -> [Element] {
        precondition(scores.count == count, "\(scores.count) scores of \(count) elements")
        return indices.sorted { (scores[$1], $0) < (scores[$0], $1) }.map { self[$0] }
    }
}

extension Sequence<Range<Int>> {
    /// Tokens of stretches in their order of rank until there are so many, the first ones of the last stretch:
    /// their indices, ascending.
    public func tokens(upTo budget: Int) -> [Int] { joined().prefix(budget).sorted() }

    /// The first stretches in their order of rank that have so many tokens together, or all of them.
    public func first(tokens count: Int) -> [Range<Int>] {
        var total = 0
        return prefix { stretch in
            defer { total += stretch.count }
            return total < count
        }
    }
}

extension Collection<Float> {
    /// 0 where there are none.
    public var mean: Float { isEmpty ? 0 : reduce(0, +) / Float(count) }
}
