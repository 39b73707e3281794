/// A stretch of a text between two neighbouring word boundaries.
public struct TextSegment: Hashable, Sendable {
    /// Byte offsets in the text's UTF-8.
    public let range: Range<Int>
    public let kind: Kind

    public enum Kind: Sendable {
        /// It holds a letter, a digit, an ideograph or another sign with a sound or a number.
        case word
        /// It does not: a punctuation mark, a symbol, an emoji.
        case mark
    }
}
