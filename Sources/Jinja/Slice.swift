/// A part of a sequence, as in `messages[1:]`: counted from the end where a bound is negative.
struct Slice {
    var from: Int?
    var to: Int?
    var step: Int?

    /// The places of a sequence of so many elements that it takes, in its order.
    func places(count: Int) throws -> [Int] {
        let step = step ?? 1
        guard step != 0 else { throw Fault.unsuitable("the step of a slice cannot be 0") }
        // A step past the count finds what the count finds.
        let stride = step > 0 ? min(step, count + 1) : max(step, -count - 1)
        func bound(_ bound: Int?, _ otherwise: Int) -> Int {
            guard let bound else { return otherwise }
            let limits = step > 0 ? 0...count : -1...count - 1
            let place = bound < 0 ? max(bound, -count - 1) + count : min(bound, count)
            return min(max(place, limits.lowerBound), limits.upperBound)
        }
        let (first, end) =
            step > 0 ? (bound(from, 0), bound(to, count)) : (bound(from, count - 1), bound(to, -1))
        return Array(Swift.stride(from: first, to: end, by: stride))
    }
}
