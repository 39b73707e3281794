/// A text on its way to tokens and, where somebody asks, which bytes of the original each character is from.
struct SourcedText {
    private(set) var scalars: [Unicode.Scalar]
    /// One a scalar, both ends ascending; nil where nobody asks.
    private(set) var origins: [Range<Int>]?

    init(_ scalars: [Unicode.Scalar], origins: [Range<Int>]? = nil) {
        self.scalars = scalars
        self.origins = origins
    }

    /// An original itself.
    init(tracing text: String) {
        var origins: [Range<Int>] = []
        var end = 0
        for scalar in text.unicodeScalars {
            origins.append(end..<end + UTF8.width(scalar))
            end += UTF8.width(scalar)
        }
        self.init(Array(text.unicodeScalars), origins: origins)
    }

    subscript(range: Range<Int>) -> SourcedText {
        SourcedText(Array(scalars[range]), origins: origins.map { Array($0[range]) })
    }

    /// The bytes that a part stands for; nil where nobody asks.
    func origin(of range: Range<Int>) -> Range<Int>? {
        guard let origins, !range.isEmpty else { return nil }
        return origins[range.lowerBound].lowerBound..<origins[range.upperBound - 1].upperBound
    }

    /// Puts characters in front that stand for what the first one stands for.
    mutating func prepend(_ content: [Unicode.Scalar]) {
        scalars.insert(contentsOf: content, at: 0)
        if let first = origins?.first {
            origins?.insert(contentsOf: repeatElement(first, count: content.count), at: 0)
        }
    }

    mutating func removeFirst(_ count: Int) {
        scalars.removeFirst(count)
        origins?.removeFirst(count)
    }

    mutating func removeLast(_ count: Int) {
        scalars.removeLast(count)
        origins?.removeLast(count)
    }

    /// Replaces every occurrence of a pattern.
    mutating func replace(_ pattern: [Unicode.Scalar], by content: [Unicode.Scalar]) {
        guard origins != nil else { return scalars = scalars[...].replacing(pattern, by: content) }
        rewrite(
            scalars[...].parts(at: pattern).flatMap { part in
                part.isDelimiter ? [(part.range, content)] : part.range.map { ($0..<$0 + 1, [scalars[$0]]) }
            })
    }

    /// Writes every character anew.
    mutating func mapScalars(_ write: (Unicode.Scalar) -> some Collection<Unicode.Scalar>) {
        guard origins != nil else { return scalars = scalars.flatMap(write) }
        rewrite(scalars.indices.map { ($0..<$0 + 1, Array(write(scalars[$0]))) })
    }

    /// Writes parts of the text anew, one behind the other without gaps; what is written in place of a
    /// part stands for all of it.
    mutating func rewrite(_ parts: [(range: Range<Int>, content: [Unicode.Scalar])]) {
        if origins != nil {
            origins = parts.flatMap { part in
                repeatElement(origin(of: part.range) ?? 0..<0, count: part.content.count)
            }
        }
        scalars = parts.flatMap(\.content)
    }
}
