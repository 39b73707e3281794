/// Finds sentence boundaries by the rules of UAX #29, whose names (SB8) stand beside what they do, and by
/// what `Segmentation.sentences(in:)` says beyond them.
struct SentenceFinder {
    let text: Scalars
    private var boundaries: [Int] = []
    /// Where the current sentence begins; for the first one, behind the white space before it.
    private var start: Int
    /// Where the current line begins.
    private var line: Int

    init(_ text: String) {
        self.text = Scalars(text)
        start = self.text.gap(from: 0).end
        line = start
    }

    /// Where sentences end, the last one included.
    mutating func ends() -> [Int] {
        var place = start
        while place < text.end {
            let byte = text.bytes[place]
            if byte < 0x80 {
                place = byte.mayEndSentence ? step(at: place) : place + 1
            } else {
                // No letter below U+0580 and no ideograph from U+4000 to U+9FFF ends a sentence.
                switch byte {
                case 0xC3...0xD5: place += 2
                case 0xE4...0xE9: place += 3
                case _: place = step(at: place)
                }
            }
        }
        if text.end > (boundaries.last ?? 0) { boundaries.append(text.end) }
        return boundaries
    }

    /// Looks at one scalar, and ends the sentence if it is over; where to go on.
    private mutating func step(at place: Int) -> Int {
        guard let (scalar, behind) = text.scalar(at: place) else { return text.end }
        switch SentenceBreak(scalar) {
        case .newline: return endLine(at: place)
        case .fullStop, .terminator: return endMark(scalar, at: place, behind)
        case .other where scalar == "…": return endMark(scalar, at: place, behind)
        case .other where scalar.isBullet: return startItem(at: place, behind)
        case .other, .space, .extend, .lower, .upper, .letter, .numeric, .close, .continuation: return behind
        }
    }

    private mutating func endSentence(_ gap: Gap) -> Int {
        boundaries.append(gap.end)
        start = gap.end
        return pass(gap)
    }

    /// Goes on behind white space.
    private mutating func pass(_ gap: Gap) -> Int {
        if gap.lineBreaks > 0 { line = gap.end }
        return gap.end
    }

    /// A line break without a mark before it.
    private mutating func endLine(at place: Int) -> Int {
        let gap = text.gap(from: place)
        let isHeading =
            text.isMarkdownHeading(at: line)
            || start == line && text.isHeading(line..<place, before: gap.end)
        let isOver = gap.lineBreaks > 1 || isHeading || text.isItem(at: gap.end)
        return isOver ? endSentence(gap) : pass(gap)
    }

    /// A bullet within a line begins a sentence.
    private mutating func startItem(at place: Int, _ behind: Int) -> Int {
        if place > start, let (before, _) = text.scalar(before: place), SentenceBreak(before) == .space {
            boundaries.append(place)
            start = place
        }
        return behind
    }

    private mutating func endMark(_ mark: Unicode.Scalar, at place: Int, _ behind: Int) -> Int {
        let closed = text.closing(from: behind, mark)
        let gap = text.gap(from: closed)
        if gap.lineBreaks > 1 || gap.lineBreaks == 1 && text.isItem(at: gap.end) { return endSentence(gap) }
        let goesOn =
            if text.marksGoOn(at: gap.end) {
                true  // SB8a
            } else if closed == gap.end {
                text.isJoined(mark, at: closed)
            } else {
                !mark.isAlwaysFinal && text.goesOn(at: gap.end)
                    || mark == "."
                        && (isMarker(before: place) || isOmission(before: behind)
                            || closed == behind && isAbbreviation(before: place, gap.end))
            }
        return goesOn ? pass(gap) : endSentence(gap)
    }

    /// The number, letter or Roman numeral of a list item or heading, if it begins the sentence: `1.`, `2.3.`, `IV.`
    private func isMarker(before place: Int) -> Bool {
        guard place - start <= 16 else { return false }
        var first = start
        while first < place, !text.bytes[first].isASCIIAlphanumeric { first += 1 }
        let token = text.bytes[first..<place]
        let isLetter = token.count == 1
        let isNumber =
            token.count <= 8
            && token.split(separator: UInt8(ascii: ".")).allSatisfy {
                $0.count <= 3 && $0.allSatisfy(\.isASCIIDigit)
            }
        return !token.isEmpty
            && (isLetter || isNumber || token.count <= 5 && token.allSatisfy(\.isRomanDigit))
    }

    /// Three full stops with spaces or in brackets stand for words left out, four for an end: ` . . .`, `[...]`
    private func isOmission(before behind: Int) -> Bool {
        text.hasSuffix(" . . .", behind) && !text.hasSuffix(". . . .", behind)
            || text.hasSuffix("[...", behind) || text.hasSuffix("(...", behind)
    }

    private func isAbbreviation(before place: Int, _ next: Int) -> Bool {
        guard let word = text.word(before: place, from: start) else { return false }
        switch Abbreviations.kind(of: word) {
        case .none: return false
        case .title: return true
        case .beforeNumber: return text.isNumber(at: text.skipMarks(from: next))
        case .open: return !text.opensSentence(at: text.skipMarks(from: next))
        }
    }
}

extension UInt8 {
    fileprivate var mayEndSentence: Bool {
        switch self {
        case UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "?"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
            true
        case _: false
        }
    }
}

extension Unicode.Scalar {
    /// Marks of scripts without case or without spaces, which need neither white space nor a capital behind.
    var isAlwaysFinal: Bool { !isASCII && self != "…" && SentenceBreak(self) == .terminator }

    var isBullet: Bool { self == "•" || self == "‣" || self == "⁃" }
}
