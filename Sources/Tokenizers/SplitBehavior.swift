/// What becomes of the delimiters that a text is split at.
enum SplitBehavior: String {
    case isolated = "Isolated"
    case removed = "Removed"
    case contiguous = "Contiguous"
    case mergedWithPrevious = "MergedWithPrevious"
    case mergedWithNext = "MergedWithNext"

    /// The pieces of a text, given in order what in it is a delimiter and what is not.
    func pieces(of parts: [(range: Range<Int>, isDelimiter: Bool)]) -> [Range<Int>] {
        var result: [Range<Int>] = []
        var wasDelimiter = false
        switch self {
        case .isolated: result = parts.map(\.range)
        case .removed: result = parts.filter { !$0.isDelimiter }.map(\.range)
        case .contiguous, .mergedWithPrevious:
            for (range, isDelimiter) in parts {
                let joins = self == .contiguous ? isDelimiter == wasDelimiter : isDelimiter && !wasDelimiter
                if joins, let last = result.popLast() {
                    result.append(last.lowerBound..<range.upperBound)
                } else {
                    result.append(range)
                }
                wasDelimiter = isDelimiter
            }
        case .mergedWithNext:
            for (range, isDelimiter) in parts.reversed() {
                if isDelimiter, !wasDelimiter, let last = result.popLast() {
                    result.append(range.lowerBound..<last.upperBound)
                } else {
                    result.append(range)
                }
                wasDelimiter = isDelimiter
            }
            result.reverse()
        }
        return result
    }
}
