/// Which keys each row of a forward pass sees: a few intervals a row.
///
/// Causal masks, packed batches without padding, sliding windows, memory tokens that see one chunk:
/// all of them are a few intervals, and attention visits only tiles of visible pairs.
public struct Visibility {
    private(set) var starts: [Int32] = [0]
    private(set) var lower: [Int32] = []
    private(set) var upper: [Int32] = []

    public init() {}

    /// Each row sees itself and the rows before it.
    public static func causal(_ rows: Int) -> Visibility {
        var result = Visibility()
        for row in 0..<rows { result.append([0..<row + 1]) }
        return result
    }

    public var rows: Int { starts.count - 1 }

    /// Pairs of row and key.
    public var visiblePairs: Int {
        zip(lower, upper).reduce(0) { $0 + Int($1.1 - $1.0) }
    }

    /// Adds a row that sees the union of the intervals; empty ones are dropped.
    public mutating func append(_ intervals: [Range<Int>]) {
        let first = lower.count
        for interval in intervals.sorted(by: { $0.lowerBound < $1.lowerBound }) where !interval.isEmpty {
            precondition(interval.lowerBound >= 0, "a key's index is not negative: \(interval)")
            if lower.count > first, interval.lowerBound <= upper[upper.count - 1] {
                upper[upper.count - 1] = max(upper[upper.count - 1], Int32(interval.upperBound))
            } else {
                lower.append(Int32(interval.lowerBound))
                upper.append(Int32(interval.upperBound))
            }
        }
        starts.append(Int32(lower.count))
    }

    /// Some of the rows, in the order given.
    public func selecting(_ rows: [Int32]) -> Visibility {
        var result = Visibility()
        for row in rows {
            let own = Int(starts[Int(row)])..<Int(starts[Int(row) + 1])
            result.lower += lower[own]
            result.upper += upper[own]
            result.starts.append(Int32(result.lower.count))
        }
        return result
    }

    /// The intervals of a row.
    public subscript(row: Int) -> [Range<Int>] {
        (starts[row]..<starts[row + 1]).map { Int(lower[Int($0)])..<Int(upper[Int($0)]) }
    }

    /// One past the last key that any row sees.
    public var keyBound: Int { Int(upper.max() ?? 0) }
}
