extension Unicode.Scalar {
    /// Whether Python's `str.split` separates words by it.
    var separatesWords: Bool {
        isASCII
            ? self == " " || (9...13).contains(value) || (0x1c...0x1f).contains(value)
            : properties.isWhitespace
    }
}

/// Words as numbers, the same for the same word: numbers are compared and hashed faster.
struct WordNumbers<Word: Hashable> {
    private var known: [Word: Int] = [:]

    mutating func of(_ words: [Word]) -> [Int] {
        words.map { word in
            if let number = known[word] { return number }
            known[word] = known.count
            return known.count - 1
        }
    }
}

extension String {
    /// Its first line, without empty ones in front.
    var firstLineWithText: String {
        String(unicodeScalars.drop { $0 == "\n" }.prefix { $0 != "\n" })
    }
}
