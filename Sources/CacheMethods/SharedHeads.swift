import Contract

extension Array {
    /// What there is of each query head, taken together where query heads share a KV head: [kvHeads] slices of equal
    /// length.
    public func shared(by kvHeads: Int) -> [ArraySlice<Element>] {
        let group = count / kvHeads
        return (0..<kvHeads).map { self[$0 * group..<($0 + 1) * group] }
    }
}

extension Context {
    /// How many of its tokens are among the first of all: what stands before it comes first, and is kept anyway.
    public func count(ofFirst sinks: Int) -> Int { max(0, sinks - prefix.count) }
}
