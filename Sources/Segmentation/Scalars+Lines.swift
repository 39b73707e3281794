/// What a line is, as far as a line break before or behind it ends a sentence.
extension Scalars {
    /// Whether a list item or a Markdown heading begins at a place: `- `, `* `, `• `, `1. `, `2) `, `(a) `, `## `
    func isItem(at place: Int) -> Bool {
        guard let (first, behind) = scalar(at: place) else { return false }
        if first == "-" || first == "*" || first == "+" || first == "–" { return isSpace(at: behind) }
        if first.isBullet || isMarkdownHeading(at: place) { return true }
        let start = first == "(" ? behind : place
        var place = start
        while place < end, place < start + 3, bytes[place].isASCIIDigit { place += 1 }
        let isNumber = place > start
        if !isNumber, place < end, bytes[place].isASCIIAlphanumeric { place += 1 }
        guard place > start, place < end else { return false }
        // A letter with a full stop is an initial more often than an item.
        let closes = bytes[place] == UInt8(ascii: ")") || isNumber && bytes[place] == UInt8(ascii: ".")
        return closes && isSpace(at: place + 1)
    }

    func isMarkdownHeading(at place: Int) -> Bool {
        let signs = bytes[place...].prefix(7).prefix { $0 == UInt8(ascii: "#") }.count
        return (1...6).contains(signs) && isSpace(at: place + signs)
    }

    /// Whether a line reads as a heading or an entry rather than as the first of a paragraph: at most 60
    /// bytes, a letter, digit, colon or closing bracket at its end, and no small letter first on the next.
    func isHeading(_ line: Range<Int>, before next: Int) -> Bool {
        guard line.count <= 60, !goesOn(at: next) else { return false }
        var end = line.upperBound
        while end > line.lowerBound, let (scalar, start) = scalar(before: end) {
            switch SentenceBreak(scalar) {
            case .lower, .upper, .letter, .numeric: return true
            case .close: return scalar.properties.generalCategory == .closePunctuation
            case .continuation: return scalar == ":" || scalar == "："
            case .other, .newline, .fullStop, .terminator: return false
            case .space, .extend: end = start
            }
        }
        return false
    }

    private func isSpace(at place: Int) -> Bool {
        guard let (scalar, _) = scalar(at: place) else { return false }
        return SentenceBreak(scalar) == .space
    }
}
