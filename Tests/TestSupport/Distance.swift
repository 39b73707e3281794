/// The largest difference of two lists of numbers, as a share of the largest expected one; infinite where they differ
/// in length.
public func relative(_ found: [Float], _ expected: [Float]) -> Float {
    guard found.count == expected.count else { return .infinity }
    let scale = expected.map(abs).max() ?? 1
    return zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) } / scale
}
