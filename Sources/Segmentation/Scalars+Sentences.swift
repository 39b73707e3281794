/// White space between sentences or lines.
struct Gap {
    let end: Int
    /// U+2029, the paragraph separator, counts as two.
    let lineBreaks: Int
}

/// What stands at a place, as far as sentences ask.
extension Scalars {
    /// The white space from a place on, with what is put on it (SB5).
    func gap(from place: Int) -> Gap {
        var place = place
        var lineBreaks = 0
        while let (scalar, behind) = scalar(at: place) {
            switch SentenceBreak(scalar) {
            case .newline:
                let isSecondHalf = scalar == "\n" && place > 0 && bytes[place - 1] == UInt8(ascii: "\r")
                lineBreaks += scalar == "\u{2029}" ? 2 : isSecondHalf ? 0 : 1
            case .space: break
            case .extend where lineBreaks == 0: break
            case .other, .extend, .lower, .upper, .letter, .numeric, .fullStop, .terminator, .close,
                .continuation:
                return Gap(end: place, lineBreaks: lineBreaks)
            }
            place = behind
        }
        return Gap(end: place, lineBreaks: lineBreaks)
    }

    /// Behind the quotation marks and brackets that close at a place, Markdown's `*` and `_`, and references
    /// such as `[12]`, `[citation needed]`, `:33` or `²`.
    func closing(from place: Int, _ mark: Unicode.Scalar) -> Int {
        var place = place
        while let (scalar, behind) = scalar(at: place) {
            if let end = reference(at: place) {
                place = end
            } else if scalar.isClosing(behind: mark) || SentenceBreak(scalar) == .extend {
                place = behind
            } else {
                break
            }
        }
        return place
    }

    /// Behind a reference; nil if none is there.
    private func reference(at place: Int) -> Int? {
        var end = place + 1
        switch bytes[place] {
        case UInt8(ascii: "["):
            let last = min(place + 20, self.end)
            while end < last, bytes[end].isASCIIAlphanumeric || bytes[end] == UInt8(ascii: " ") { end += 1 }
            return end > place + 1 && end < last && bytes[end] == UInt8(ascii: "]") ? end + 1 : nil
        case UInt8(ascii: ":"):
            while end < self.end, bytes[end].isASCIIDigit || joinsPages(at: end) { end += 1 }
            return end > place + 1 ? end : nil
        case _: return nil
        }
    }

    /// A comma or hyphen between two digits.
    private func joinsPages(at place: Int) -> Bool {
        (bytes[place] == UInt8(ascii: ",") || bytes[place] == UInt8(ascii: "-"))
            && bytes[place - 1].isASCIIDigit && place + 1 < end && bytes[place + 1].isASCIIDigit
    }

    func marksGoOn(at place: Int) -> Bool {
        guard let (scalar, _) = scalar(at: place) else { return false }
        switch SentenceBreak(scalar) {
        case .fullStop, .terminator, .continuation: return true
        case .other: return scalar == "…"
        case .newline, .space, .extend, .lower, .upper, .letter, .numeric, .close: return false
        }
    }

    /// Whether a mark with no white space behind it is inside of a word, a number, an address or a name.
    func isJoined(_ mark: Unicode.Scalar, at place: Int) -> Bool {
        guard let (scalar, _) = scalar(at: place) else { return false }
        let next = SentenceBreak(scalar)
        return switch mark {
        case "!", "?": next != .letter
        case ".", "…": true
        case _: SentenceBreak(mark) == .fullStop && (next == .numeric || next == .lower || next == .upper)
        }
    }

    /// SB8: whether the next letter is a small one, with no number before it.
    func goesOn(at place: Int) -> Bool {
        var place = place
        while let (scalar, behind) = scalar(at: place) {
            switch SentenceBreak(scalar) {
            case .lower: return true
            case .upper, .letter, .numeric, .fullStop, .terminator, .newline: return false
            case .other where scalar == "…": return false
            case .other, .space, .extend, .close, .continuation: place = behind
            }
        }
        return false
    }

    /// Behind opening quotation marks and brackets.
    func skipMarks(from place: Int) -> Int {
        var place = place
        while let (scalar, behind) = scalar(at: place), SentenceBreak(scalar) == .close { place = behind }
        return place
    }

    /// The word before a place with the full stops in it, if it is short enough for an abbreviation.
    func word(before place: Int, from start: Int) -> String? {
        var first = place
        while first > start, let (scalar, begin) = scalar(before: first) {
            switch SentenceBreak(scalar) {
            case .lower, .upper, .letter, .numeric, .extend: break
            case .fullStop where scalar == ".": break
            case .continuation where scalar == "-": break
            case .close where scalar == "'" || scalar == "’": break
            case .other where scalar == "°": break
            case .other, .newline, .space, .fullStop, .terminator, .close, .continuation:
                return word(first..<place)
            }
            if place - begin > 16 { return nil }
            first = begin
        }
        return word(first..<place)
    }

    private func word(_ range: Range<Int>) -> String? {
        range.isEmpty ? nil : String(decoding: bytes[range], as: UTF8.self)
    }

    /// Digits, a Roman numeral of V, X or more letters, a capital from B on.
    func isNumber(at place: Int) -> Bool {
        guard let (scalar, _) = scalar(at: place) else { return false }
        if SentenceBreak(scalar) == .numeric { return true }
        let word = letters(at: place)
        if word.count > 1 { return word.allSatisfy(\.isRomanDigit) }
        // "No. A man" and "No. I will" are two sentences.
        return word.first.map { $0.isASCIICapital && $0 != UInt8(ascii: "A") && $0 != UInt8(ascii: "I") }
            ?? false
    }

    /// Whether the word at a place is one that begins sentences, and not an initial.
    func opensSentence(at place: Int) -> Bool {
        let word = letters(at: place)
        let end = place + word.count
        return !word.isEmpty && !(word.count == 1 && end < self.end && bytes[end] == UInt8(ascii: "."))
            && Abbreviations.begins(String(decoding: word, as: UTF8.self))
    }

    /// Up to 16 letters of ASCII.
    private func letters(at place: Int) -> ArraySlice<UInt8> {
        bytes[place..<min(place + 16, end)].prefix { $0.isASCIIAlphanumeric }
    }

    func hasSuffix(_ suffix: String, _ place: Int) -> Bool {
        bytes[..<place].suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }
}

extension Unicode.Scalar {
    /// Brackets that open never close. Quotation marks may do either in one language or another; Chinese,
    /// which has no space between a full stop and the next quotation, opens with “.
    fileprivate func isClosing(behind mark: Unicode.Scalar) -> Bool {
        if self == "*" || self == "_" || isSuperscriptDigit { return true }
        guard SentenceBreak(self) == .close else { return false }
        let category = properties.generalCategory
        return category != .openPunctuation && !(mark.isAlwaysFinal && category == .initialPunctuation)
    }

    private var isSuperscriptDigit: Bool {
        switch self {
        case "\u{B9}", "\u{B2}", "\u{B3}", "\u{2070}", "\u{2074}"..."\u{2079}": true
        case _: false
        }
    }
}
