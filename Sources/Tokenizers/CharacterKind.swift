/// What the patterns of pre-tokenizers tell apart: `\p{L}`, `\p{N}`, `\s` and the rest.
enum CharacterKind {
    case letter, number, space, other

    init(_ scalar: Unicode.Scalar) {
        self = scalar.isASCII ? Self.ascii[Int(scalar.value)] : Self(lookingUp: scalar)
    }

    private static let ascii = (UInt8(0)..<128).map { Self(lookingUp: Unicode.Scalar($0)) }

    private init(lookingUp scalar: Unicode.Scalar) {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            self = scalar.isAssigned(inUnicode: 16, 0) ? .letter : .other
        case .decimalNumber, .letterNumber, .otherNumber:
            self = scalar.isAssigned(inUnicode: 16, 0) ? .number : .other
        case _:
            self = scalar.properties.isWhitespace ? .space : .other
        }
    }
}

extension Unicode.Scalar {
    /// Whether that version of Unicode had the character.
    ///
    /// Ids depend on it: the regular expressions of `tokenizers` 0.23 know the letters of Unicode 16,
    /// its normal forms those of Unicode 12, whatever the standard library here knows.
    func isAssigned(inUnicode major: Int, _ minor: Int) -> Bool {
        properties.age.map { ($0.major, $0.minor) <= (major, minor) } ?? false
    }

    /// Unicode's Nd, Nl and No.
    var isNumeric: Bool {
        switch properties.generalCategory {
        case .decimalNumber, .letterNumber, .otherNumber: true
        case _: false
        }
    }

    /// A character of a word in Unicode's regular expressions (UTS 18).
    var isWordCharacter: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: true
        case _: properties.isAlphabetic || properties.isJoinControl
        }
    }
}
