/// A text on its way to tokens: its scalars and the pieces that they are cut into.
///
/// A pre-tokenizer cuts pieces further, drops some, or writes them in other characters.
struct Pieces {
    var scalars: [Unicode.Scalar]
    /// Where the pieces are, in order; none is empty.
    var ranges: [Range<Int>]
    /// Whether the first piece begins where the whole text begins.
    private(set) var beginsText: Bool

    /// One piece, or none where the text is empty.
    init(_ scalars: [Unicode.Scalar], beginsText: Bool) {
        self.scalars = scalars
        ranges = scalars.isEmpty ? [] : [scalars.indices]
        self.beginsText = beginsText
    }

    /// Cuts every piece into the parts that `parts` finds in it.
    mutating func cut(_ parts: (_ scalars: [Unicode.Scalar], Range<Int>, inout [Range<Int>]) -> Void) {
        var result: [Range<Int>] = []
        result.reserveCapacity(ranges.count)
        for range in ranges { parts(scalars, range, &result) }
        if result.first?.lowerBound != ranges.first?.lowerBound { beginsText = false }
        ranges = result
    }

    /// Writes every piece anew.
    mutating func rewrite(
        _ write: (_ piece: ArraySlice<Unicode.Scalar>, _ beginsText: Bool, inout [Unicode.Scalar]) -> Void
    ) {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(scalars.count)
        var begins = beginsText
        for index in ranges.indices {
            let start = result.count
            write(scalars[ranges[index]], begins, &result)
            ranges[index] = start..<result.count
            begins = false
        }
        scalars = result
    }
}

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

extension ArraySlice<Unicode.Scalar> {
    /// Where a text occurs in this one without overlaps, and what is between, in order.
    func parts(at pattern: [Unicode.Scalar]) -> [(range: Range<Int>, isDelimiter: Bool)] {
        guard let first = pattern.first else { return [(indices, false)] }
        var result: [(range: Range<Int>, isDelimiter: Bool)] = []
        var (begin, i) = (startIndex, startIndex)
        while i + pattern.count <= endIndex {
            guard self[i] == first, self[i..<i + pattern.count].elementsEqual(pattern) else {
                i += 1
                continue
            }
            if begin < i { result.append((begin..<i, false)) }
            result.append((i..<i + pattern.count, true))
            i += pattern.count
            begin = i
        }
        if begin < endIndex { result.append((begin..<endIndex, false)) }
        return result
    }

    /// The text with every occurrence of a pattern replaced.
    func replacing(_ pattern: [Unicode.Scalar], by content: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(count)
        for part in parts(at: pattern) {
            if part.isDelimiter {
                result.append(contentsOf: content)
            } else {
                result.append(contentsOf: self[part.range])
            }
        }
        return result
    }
}
