extension Visibility {
    /// The same without some keys.
    public func hiding(_ keys: [Range<Int>]) -> Visibility {
        let hidden = keys.filter { !$0.isEmpty }.sorted { $0.lowerBound < $1.lowerBound }
        guard !hidden.isEmpty else { return self }
        var result = Visibility()
        for row in 0..<rows {
            var kept: [Range<Int>] = []
            for interval in self[row] {
                var start = interval.lowerBound
                for keys in hidden where keys.upperBound > start && keys.lowerBound < interval.upperBound {
                    if start < keys.lowerBound { kept.append(start..<keys.lowerBound) }
                    start = keys.upperBound
                }
                if start < interval.upperBound { kept.append(start..<interval.upperBound) }
            }
            result.append(kept)
        }
        return result
    }
}
