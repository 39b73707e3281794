extension UInt8 {
    var isASCIIDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    var isASCIICapital: Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }

    /// White space, line breaks among it.
    var isASCIISpace: Bool { self == UInt8(ascii: " ") || (0x9...0xD).contains(self) }

    /// Letters, digits and `_`.
    var isASCIIAlphanumeric: Bool {
        isASCIIDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
            || self == UInt8(ascii: "_")
    }

    /// Up to a few hundred: `D` and `M` make more words than numbers.
    var isRomanDigit: Bool {
        switch self {
        case UInt8(ascii: "I"), UInt8(ascii: "V"), UInt8(ascii: "X"), UInt8(ascii: "L"), UInt8(ascii: "C"):
            true
        case _: false
        }
    }
}
