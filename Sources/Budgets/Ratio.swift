/// A compression ratio: context tokens ÷ decoder positions kept.
public struct Ratio: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// At least 1, finite.
    public let value: Double

    /// Nil unless the value is finite and at least 1.
    public init?(_ value: Double) {
        guard value.isFinite, value >= 1 else { return nil }
        self.value = value
    }

    /// Nothing is left out.
    public static let one = Ratio(unchecked: 1)

    private init(unchecked value: Double) {
        self.value = value
    }

    /// By how much is left out.
    public static func < (a: Ratio, b: Ratio) -> Bool { a.value < b.value }

    /// `16`, `2.5`
    public var description: String {
        value == value.rounded() && value < 1e15 ? String(Int(value)) : String(value)
    }

    /// Decoder positions that `tokens` context tokens may keep: ⌈tokens / ratio⌉.
    public func budget(for tokens: Int) -> Int {
        Int((Double(tokens) / value).rounded(.up))
    }

    /// Consecutive windows of about `ratio` tokens, one a kept position; together all tokens.
    public func windows(of tokens: Int) -> [Range<Int>] {
        (0..<budget(for: tokens)).map { window($0, of: tokens) }
    }

    /// The window of one kept position, without making the others.
    public func window(_ index: Int, of tokens: Int) -> Range<Int> {
        let count = budget(for: tokens)
        func bound(_ i: Int) -> Int { i == count ? tokens : Int(Double(i) * value) }
        return bound(index)..<bound(index + 1)
    }
}
