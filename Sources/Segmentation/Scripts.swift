/// What Swift's scalar properties do not tell and the standard's tables ask for, as of Unicode 16.
enum Scripts {
    static func isKatakana(_ value: UInt32) -> Bool { contains(katakana, value) }
    static func isHiragana(_ value: UInt32) -> Bool { contains(hiragana, value) }

    static func isHebrew(_ value: UInt32) -> Bool {
        (0x5D0...0x5F2).contains(value) || (0xFB1D...0xFB4F).contains(value)
    }

    /// Line_Break is SA: Thai, Lao, Khmer, Burmese and others whose words only a dictionary can tell.
    static func isWithoutSpaces(_ value: UInt32) -> Bool { contains(withoutSpaces, value) }

    /// The signs without the property Alphabetic that UAX #29 lists among the letters of a word.
    static func isLetterLike(_ value: UInt32) -> Bool { contains(letterLike, value) }

    /// Line_Break is NU, General_Category is not Nd.
    static func isNumberSign(_ value: UInt32) -> Bool { contains(numberSigns, value) }

    private static func contains(_ ranges: [ClosedRange<UInt32>], _ value: UInt32) -> Bool {
        ranges.contains { $0.contains(value) }
    }

    private static let katakana: [ClosedRange<UInt32>] = [
        0x3031...0x3035, 0x309B...0x309C, 0x30A0...0x30FA, 0x30FC...0x30FF, 0x31F0...0x31FF, 0x32D0...0x32FE,
        0x3300...0x3357, 0xFF66...0xFF9D, 0x1AFF0...0x1AFF3, 0x1AFF5...0x1AFFB, 0x1AFFD...0x1AFFE,
        0x1B000...0x1B000, 0x1B120...0x1B122, 0x1B155...0x1B155, 0x1B164...0x1B167,
    ]
    private static let hiragana: [ClosedRange<UInt32>] = [
        0x3041...0x3096, 0x309D...0x309F, 0x1B001...0x1B11F, 0x1B132...0x1B132, 0x1B150...0x1B152,
    ]
    private static let withoutSpaces: [ClosedRange<UInt32>] = [
        0xE01...0xE3A, 0xE40...0xE4E, 0xE81...0xEBD, 0xEC0...0xECE, 0xEDC...0xEDF, 0x1000...0x103F,
        0x1050...0x108F, 0x1780...0x17D3, 0x17D7...0x17D7, 0x17DC...0x17DD, 0x1950...0x19C9, 0x1A20...0x1A5E,
        0x1AA7...0x1AA7, 0xA9E0...0xA9EF, 0xA9FA...0xA9FE, 0xAA60...0xAAC2, 0xAADB...0xAADF,
        0x11700...0x1172B, 0x11740...0x11746,
    ]
    private static let letterLike: [ClosedRange<UInt32>] = [
        0x2C2...0x2C5, 0x2D2...0x2D7, 0x2DE...0x2DF, 0x2E5...0x2EB, 0x2ED...0x2ED, 0x2EF...0x2FF,
        0x55A...0x55C, 0x55E...0x55E, 0x58A...0x58A, 0x5F3...0x5F3, 0x70F...0x70F, 0xA708...0xA716,
        0xA720...0xA721, 0xA789...0xA78A, 0xAB5B...0xAB5B,
    ]
    private static let numberSigns: [ClosedRange<UInt32>] = [
        0x600...0x605, 0x66B...0x66B, 0x6DD...0x6DD, 0x890...0x891, 0x8E2...0x8E2, 0x19DA...0x19DA,
        0x110BD...0x110BD, 0x110CD...0x110CD,
    ]
}
