/// The property Sentence_Break of UAX #29 (table 4), as far as its rules tell values apart.
package enum SentenceBreak: Sendable {
    case other
    /// CR, LF and Sep.
    case newline
    case space
    /// Extend and Format.
    case extend
    case lower
    case upper
    /// OLetter: a letter without case.
    case letter
    case numeric
    /// ATerm: a full stop, which may end an abbreviation.
    case fullStop
    /// STerm: a mark that ends nothing but sentences.
    case terminator
    case close
    /// SContinue: a comma, a dash, which show that the sentence goes on.
    case continuation

    package init(_ scalar: Unicode.Scalar) {
        self = scalar.isASCII ? SentenceBreak(ascii: scalar) : SentenceBreak(beyondASCII: scalar)
    }

    private init(ascii scalar: Unicode.Scalar) {
        self =
            switch scalar {
            case "a"..."z": .lower
            case "A"..."Z": .upper
            case "0"..."9": .numeric
            case " ", "\t", "\u{B}", "\u{C}": .space
            case "\n", "\r": .newline
            case ".": .fullStop
            case "!", "?": .terminator
            case ",", "-", ":", ";": .continuation
            case "\"", "'", "(", ")", "[", "]", "{", "}": .close
            case _: .other
            }
    }

    private init(beyondASCII scalar: Unicode.Scalar) {
        switch scalar.value {
        // The bulk of Chinese, Japanese and Korean text, without a look at its properties.
        case 0x4E00...0x9FFF, 0x3041...0x3096, 0xAC00...0xD7A3: self = .letter
        case 0x3002, 0xFF01, 0xFF1F: self = .terminator
        case 0x2018...0x201F, 0x300C...0x300F: self = .close
        case 0x85, 0x2028, 0x2029: self = .newline
        case 0x2024, 0xFE52, 0xFF0E: self = .fullStop
        case 0x37E, 0x55D, 0x60C, 0x60D, 0x7F8, 0x1802, 0x1808, 0x2013, 0x2014, 0x3001, 0xFE10, 0xFE11,
            0xFE13,
            0xFE14, 0xFE31, 0xFE32, 0xFE50, 0xFE51, 0xFE54, 0xFE55, 0xFE58, 0xFE63, 0xFF0C, 0xFF0D, 0xFF1A,
            0xFF1B,
            0xFF64:
            self = .continuation
        case 0xA0: self = .space
        case 0x5F3: self = .letter
        // Georgian, whose capitals do not begin sentences.
        case 0x10D0...0x10FA, 0x10FD...0x10FF, 0x1C90...0x1CBA, 0x1CBD...0x1CBF: self = .letter
        case 0x66C: self = .numeric
        // Quotation marks (Line_Break is QU) that are not so by category.
        case 0x275B...0x2760, 0x2E00...0x2E01, 0x2E06...0x2E08, 0x2E0B, 0x1F676...0x1F678: self = .close
        case let value: self = SentenceBreak(value, scalar.properties)
        }
    }

    private init(_ value: UInt32, _ properties: Unicode.Scalar.Properties) {
        let category = properties.generalCategory
        if properties.isGraphemeExtend || category == .spacingMark || value == 0x200D {
            self = .extend
        } else if category == .format, !Scripts.isNumberSign(value) {
            self = .extend
        } else if properties.isWhitespace {
            self = .space
        } else if properties.isSentenceTerminal {
            self = .terminator
        } else if properties.isLowercase {
            self = .lower
        } else if properties.isUppercase || category == .titlecaseLetter {
            self = .upper
        } else if category == .decimalNumber || Scripts.isNumberSign(value) {
            self = .numeric
        } else if properties.isAlphabetic {
            self = .letter
        } else {
            switch category {
            case .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation: self = .close
            case _: self = .other
            }
        }
    }
}
