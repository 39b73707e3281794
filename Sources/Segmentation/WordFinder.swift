/// Finds word boundaries by the rules of UAX #29, whose names (WB4) stand beside what they do.
struct WordFinder {
    private let text: Scalars
    private var place = 0

    init(_ text: String) { self.text = Scalars(text) }

    /// The next segment that is not white space; nil at the end.
    mutating func next() -> TextSegment? {
        while place < text.end {
            let start = place
            if let kind = plainSegment() {
                if kind == .space { continue }
                return TextSegment(range: start..<place, kind: kind == .letter ? .word : .mark)
            }
            guard let (first, behind) = text.scalar(at: place) else { return nil }
            let kind = WordBreak(first)
            place = behind
            if kind == .newline { continue }  // WB3a, WB3b: nothing joins a line break.
            let isWord = finishSegment(first, kind)
            if !isWord && isBlank(start..<place) { continue }
            return TextSegment(range: start..<place, kind: isWord ? .word : .mark)
        }
        return nil
    }

    /// Moves behind a run of letters and digits, a run of spaces or a mark, all of ASCII, that nothing behind
    /// can lengthen, and says which it was: most of English text. Nil, without moving, if the rules have to be
    /// asked.
    @inline(__always)
    private mutating func plainSegment() -> WordBreak? {
        let first = text.bytes[place]
        guard first < 0x80, first != UInt8(ascii: "_") else { return nil }
        var end = place + 1
        let isWord = first.isASCIIAlphanumeric
        if isWord {
            while end < text.end, text.bytes[end].isASCIIAlphanumeric { end += 1 }
        } else if first == UInt8(ascii: " ") {
            while end < text.end, text.bytes[end] == first { end += 1 }
        }
        if end < text.end {
            let next = text.bytes[end]
            if next >= 0x80 || isWord && next.mayBeInsideWord && !isASCIISeparator(at: end + 1) { return nil }
        }
        place = end
        return isWord ? .letter : first.isASCIISpace ? .space : .other
    }

    private func isASCIISeparator(at place: Int) -> Bool {
        place >= text.end || text.bytes[place] < 0x80 && !text.bytes[place].isASCIIAlphanumeric
    }

    /// Moves to the end of the segment whose first scalar has been read; whether it holds a letter or digit.
    private mutating func finishSegment(_ first: Unicode.Scalar, _ kind: WordBreak) -> Bool {
        // Extend, Format and ZWJ belong to what is before them (WB4): the rules look at `last`, the kind
        // without them, and a few at `previous`, the scalar just before.
        var last = kind
        var previous = kind
        var beforeLast = WordBreak.other
        // Without what WB4 skips; in a run of regional indicators, how many there are.
        var count = 1
        var isWord = Self.isWordLike(first, kind)
        while true {
            if last.isAlphanumeric { skipASCIIAlphanumerics(&last, &previous, &isWord) }
            guard let (scalar, behind) = text.scalar(at: place) else { return isWord }
            let kind = WordBreak(scalar)
            let joins =
                switch (last, kind) {
                case (_, .newline): false
                case (_, .extend), (_, .joiner): true
                case (_, _) where previous == .joiner && Emoji.isPictograph(scalar): true  // WB3c
                case (.space, .space): previous == .space  // WB3d
                case (.letter, .letter), (.letter, .hebrewLetter), (.hebrewLetter, .letter),
                    (.hebrewLetter, .hebrewLetter):
                    true  // WB5
                case (.letter, .midLetter), (.letter, .midEither), (.letter, .singleQuote),
                    (.hebrewLetter, .midLetter), (.hebrewLetter, .midEither):
                    kindBehind(behind).isLetter  // WB6
                case (.midLetter, .letter), (.midEither, .letter), (.singleQuote, .letter),
                    (.midLetter, .hebrewLetter), (.midEither, .hebrewLetter), (.singleQuote, .hebrewLetter):
                    beforeLast.isLetter  // WB7
                case (.hebrewLetter, .singleQuote): true  // WB7a
                case (.hebrewLetter, .doubleQuote): kindBehind(behind) == .hebrewLetter  // WB7b
                case (.doubleQuote, .hebrewLetter): beforeLast == .hebrewLetter  // WB7c
                case (.numeric, .numeric), (.letter, .numeric), (.hebrewLetter, .numeric),
                    (.numeric, .letter), (.numeric, .hebrewLetter):
                    true  // WB8, WB9, WB10
                case (.midNumber, .numeric), (.midEither, .numeric), (.singleQuote, .numeric):
                    beforeLast == .numeric  // WB11
                case (.numeric, .midNumber), (.numeric, .midEither), (.numeric, .singleQuote):
                    kindBehind(behind) == .numeric  // WB12
                case (.katakana, .katakana): true  // WB13
                case (.letter, .underscore), (.hebrewLetter, .underscore), (.numeric, .underscore),
                    (.katakana, .underscore), (.underscore, .underscore):
                    true  // WB13a
                case (.underscore, .letter), (.underscore, .hebrewLetter), (.underscore, .numeric),
                    (.underscore, .katakana):
                    true  // WB13b
                case (.regionalIndicator, .regionalIndicator): !count.isMultiple(of: 2)  // WB15, WB16
                case (_, _): false  // WB999
                }
            if !joins { return isWord }
            previous = kind
            if kind != .extend, kind != .joiner {
                isWord = isWord || Self.isWordLike(scalar, kind)
                (beforeLast, last) = (last, kind)
                count += 1
            }
            place = behind
        }
    }

    /// Letters, digits and `_` of ASCII all join each other.
    @inline(__always)
    private mutating func skipASCIIAlphanumerics(
        _ last: inout WordBreak, _ previous: inout WordBreak, _ isWord: inout Bool
    ) {
        let start = place
        while place < text.end, text.bytes[place].isASCIIAlphanumeric { place += 1 }
        guard place > start else { return }
        last = WordBreak(Unicode.Scalar(text.bytes[place - 1]))
        previous = last
        isWord = isWord || text.bytes[start..<place].contains { $0 != UInt8(ascii: "_") }
    }

    /// The kind of the next scalar that is not Extend, Format or ZWJ.
    private func kindBehind(_ place: Int) -> WordBreak {
        var place = place
        while let (scalar, behind) = text.scalar(at: place) {
            let kind = WordBreak(scalar)
            if kind != .extend, kind != .joiner { return kind }
            place = behind
        }
        return .other
    }

    private func isBlank(_ range: Range<Int>) -> Bool {
        var place = range.lowerBound
        while place < range.upperBound, let (scalar, behind) = text.scalar(at: place) {
            if !scalar.properties.isWhitespace { return false }
            place = behind
        }
        return true
    }

    /// A letter, digit, ideograph or sign of a syllable: by kind where that tells, by property where not.
    private static func isWordLike(_ scalar: Unicode.Scalar, _ kind: WordBreak) -> Bool {
        switch kind {
        case .letter, .hebrewLetter, .katakana, .numeric: true
        case .other, .extend: !scalar.isASCII && isAlphabeticOrNumber(scalar)
        case .newline, .space, .joiner, .regionalIndicator, .underscore, .singleQuote, .doubleQuote,
            .midLetter,
            .midNumber, .midEither:
            false
        }
    }

    private static func isAlphabeticOrNumber(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x4E00...0x9FFF, 0x3041...0x3096: return true
        case 0x3001...0x3004, 0x300C...0x300F, 0x201C...0x2023, 0x2026, 0xFF0C, 0xFF1A: return false
        case _: return scalar.properties.isAlphabetic || scalar.properties.numericType != nil
        }
    }
}

extension WordBreak {
    fileprivate var isLetter: Bool { self == .letter || self == .hebrewLetter }
    fileprivate var isAlphanumeric: Bool { self == .letter || self == .numeric || self == .underscore }
}

extension UInt8 {
    /// What joins letters or digits on both of its sides.
    fileprivate var mayBeInsideWord: Bool {
        switch self {
        case UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: ";"), UInt8(ascii: "'"):
            true
        case _: false
        }
    }
}
