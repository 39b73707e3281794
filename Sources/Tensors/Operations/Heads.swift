/// Writes to caches, [heads, capacity, width]; no gradient flows through them.
extension Computation {
    /// Copies row i of x, [rows, heads × width], to `rows[i]` of each head, rounded where the cache is bfloat16.
    public func storeHeads(_ x: Tensor, to rows: [Int], of cache: Tensor) {
        let (heads, capacity) = (cache.shape[0], cache.shape[1])
        precondition(
            cache.shape.count == 3 && x.width == heads * cache.width && x.rows == rows.count
                && rows.allSatisfy { $0 >= 0 && $0 < capacity },
            "\(x.shape) to rows up to \(rows.max() ?? 0) of \(cache.shape)")
        backend.storeHeads(x, to: rows.map { Int32($0) }, of: cache)
    }

    /// Copies rows `rows[h]` of each head h of another cache to rows from `first` on.
    public func copyHeads(_ source: Tensor, _ rows: [[Int32]], to cache: Tensor, at first: Int) {
        precondition(
            source.shape.count == 3 && cache.shape.count == 3 && source.elementType == cache.elementType
                && source.shape[0] == cache.shape[0] && source.width == cache.width
                && rows.count == source.shape[0],
            "rows of \(rows.count) heads of \(source.elementType) \(source.shape) to \(cache.elementType) "
                + "\(cache.shape)")
        let most = rows.map(\.count).max() ?? 0
        precondition(
            first >= 0 && first + most <= cache.shape[1]
                && rows.allSatisfy { $0.allSatisfy { $0 >= 0 && Int($0) < source.shape[1] } },
            "up to \(most) rows of \(source.shape) to \(first) of \(cache.shape)")
        backend.copyHeads(source, rows, to: cache, at: first)
    }
}
