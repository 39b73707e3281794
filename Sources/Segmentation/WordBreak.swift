/// The property Word_Break of UAX #29 (table 3), as far as its rules tell values apart.
package enum WordBreak: Sendable {
    case other
    /// CR, LF and Newline.
    case newline
    case space
    /// Extend and Format.
    case extend
    case joiner
    case regionalIndicator
    case letter
    case hebrewLetter
    case katakana
    case numeric
    case underscore
    case singleQuote
    case doubleQuote
    /// MidLetter: `:` and `·` within a word.
    case midLetter
    /// MidNum: `,` and `;` within a number.
    case midNumber
    /// MidNumLet: `.` and `’` within either.
    case midEither

    package init(_ scalar: Unicode.Scalar) {
        self = scalar.isASCII ? WordBreak(ascii: scalar) : WordBreak(beyondASCII: scalar)
    }

    private init(ascii scalar: Unicode.Scalar) {
        self =
            switch scalar {
            case "a"..."z", "A"..."Z": .letter
            case "0"..."9": .numeric
            case " ": .space
            case "\n", "\u{B}", "\u{C}", "\r": .newline
            case ".": .midEither
            case ",", ";": .midNumber
            case ":": .midLetter
            case "'": .singleQuote
            case "\"": .doubleQuote
            case "_": .underscore
            case _: .other
            }
    }

    private init(beyondASCII scalar: Unicode.Scalar) {
        switch scalar.value {
        // The bulk of Chinese, Japanese and Korean text, without a look at its properties.
        case 0x4E00...0x9FFF, 0x3041...0x3096, 0x3001...0x3004, 0x300C...0x300F, 0x201C...0x2023, 0x2026:
            self = .other
        case 0xAC00...0xD7A3, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x24F, 0x400...0x481: self = .letter
        case 0x85, 0x2028, 0x2029: self = .newline
        case 0x2018, 0x2019, 0x2024, 0xFE52, 0xFF07, 0xFF0E: self = .midEither
        case 0xB7, 0x387, 0x55F, 0x5F4, 0x2027, 0xFE13, 0xFE55, 0xFF1A: self = .midLetter
        case 0x37E, 0x589, 0x60C, 0x60D, 0x66C, 0x7F8, 0x2044, 0xFE50, 0xFE54, 0xFF0C, 0xFF1B:
            self = .midNumber
        case 0x200D: self = .joiner
        case 0x200B: self = .other
        case 0x202F: self = .underscore
        case 0x1F1E6...0x1F1FF: self = .regionalIndicator
        case let value: self = WordBreak(value, scalar.properties)
        }
    }

    private init(_ value: UInt32, _ properties: Unicode.Scalar.Properties) {
        let category = properties.generalCategory
        if properties.isGraphemeExtend || category == .spacingMark || properties.isEmojiModifier {
            self = .extend
        } else if Scripts.isKatakana(value) {
            self = .katakana
        } else if category == .decimalNumber || Scripts.isNumberSign(value) {
            self = .numeric
        } else if category == .format, value != 0x70F {
            self = .extend
        } else if category == .connectorPunctuation {
            self = .underscore
        } else if category == .otherLetter, Scripts.isHebrew(value) {
            self = .hebrewLetter
        } else if category == .spaceSeparator, value != 0xA0, value != 0x2007 {
            self = .space
        } else if properties.isAlphabetic || Scripts.isLetterLike(value) {
            self =
                properties.isIdeographic || Scripts.isHiragana(value) || Scripts.isWithoutSpaces(value)
                ? .other : .letter
        } else {
            self = .other
        }
    }
}
