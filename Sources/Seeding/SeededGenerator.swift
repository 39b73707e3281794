/// A small, fast, reproducible random number generator (SplitMix64, Steele et al. 2014).
///
/// Every sequence depends on the seed alone: not on the machine, the standard library's version
/// or the number of threads. All randomness of the suite (data, initial weights, training order,
/// resampling) comes from one of these, passed in as a value.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) {
        state = seed
    }

    /// A generator for a named purpose, independent of the generators of other names.
    public init(seed: UInt64, stream: String) {
        state = stream.stableHash(seed: seed)
        _ = next()
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// A uniform integer in `0..<bound` (Lemire's multiply-shift with rejection).
    public mutating func integer(below bound: Int) -> Int {
        precondition(bound > 0, "a bound must be positive, not \(bound)")
        let bound = UInt64(bound)
        var product = next().multipliedFullWidth(by: bound)
        if product.low < bound {
            let threshold = (0 &- bound) % bound
            while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
        }
        return Int(product.high)
    }

    /// A uniform integer in a closed range.
    public mutating func integer(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + integer(below: range.count)
    }

    /// A uniform number in `0..<1` with 53 random bits.
    public mutating func unit() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// One element, uniformly. The collection must not be empty.
    public mutating func element<C: RandomAccessCollection>(of items: C) -> C.Element {
        items[items.index(items.startIndex, offsetBy: integer(below: items.count))]
    }

    /// The collection in random order (Fisher-Yates).
    public mutating func shuffled<C: Collection>(_ items: C) -> [C.Element] {
        var result = Array(items)
        guard result.count > 1 else { return result }
        for i in stride(from: result.count - 1, to: 0, by: -1) {
            result.swapAt(i, integer(below: i + 1))
        }
        return result
    }
}
