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

    /// The characters that pass, one by one, and what is between them, in order.
    func parts(where passes: (Unicode.Scalar) -> Bool) -> [(range: Range<Int>, isDelimiter: Bool)] {
        var result: [(range: Range<Int>, isDelimiter: Bool)] = []
        var begin = startIndex
        for i in indices where passes(self[i]) {
            if begin < i { result.append((begin..<i, false)) }
            result.append((i..<i + 1, true))
            begin = i + 1
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
