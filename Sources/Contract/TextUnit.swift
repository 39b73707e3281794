/// A word or a sentence of a context, in its text and in its tokens.
///
/// Words and sentences are those of `Segmentation`: Unicode's rules (UAX #29) with English abbreviations.
public struct TextUnit: Hashable, Sendable {
    /// What a text is cut into.
    public enum Kind: Hashable, Sendable {
        case word, sentence
    }

    /// Bytes of the text's UTF-8.
    public let bytes: Range<Int>
    /// Tokens. Each token of a context belongs to one unit: the last that begins before the token's end.
    public let tokens: Range<Int>

    /// - Parameters:
    ///   - ranges: of the units, ascending, in bytes
    ///   - offsets: of the tokens, in bytes
    static func units(_ ranges: [Range<Int>], of offsets: [Range<Int>]) -> [TextUnit] {
        var first = 0
        return ranges.indices.map { i in
            // What stands before the first unit is its own, what stands behind a unit is that unit's.
            let next = i + 1 < ranges.count ? ranges[i + 1].lowerBound : .max
            var end = first
            while end < offsets.count, offsets[end].upperBound <= next { end += 1 }
            defer { first = end }
            return TextUnit(bytes: ranges[i], tokens: first..<end)
        }
    }
}
