/// Which characters of a written command stand for themselves.
///
/// Between apostrophes all do, between quotation marks all but the backslash; a backslash makes the next character stand
/// for itself. Unlike in a shell, nothing else has a meaning: no variables, patterns or substitutions.
struct QuoteReader {
    /// The quote that is open.
    private(set) var quote: Character?
    private var isEscaped = false

    enum Role {
        /// A quote or a backslash, which is not part of a word.
        case mark
        /// Stands for itself, whatever it is.
        case literal
        /// Outside of quotes.
        case plain
    }

    /// Reads the next character.
    mutating func read(_ character: Character) -> Role {
        if isEscaped {
            isEscaped = false
            return .literal
        }
        if character == "\\", quote != "'" {
            isEscaped = true
            return .mark
        }
        if let open = quote {
            guard character == open else { return .literal }
            quote = nil
            return .mark
        }
        guard character == "'" || character == "\"" else { return .plain }
        quote = character
        return .mark
    }

    /// The words of a command, between white space; nil where a quote is not closed.
    static func words(of text: String) -> [String]? {
        var (reader, words) = (QuoteReader(), [String]())
        var word: String?
        for character in text {
            switch reader.read(character) {
            case .plain where character.isWhitespace:
                if let word { words.append(word) }
                word = nil
            case .plain, .literal: word = (word ?? "") + String(character)
            case .mark: word = word ?? ""
            }
        }
        guard reader.quote == nil, !reader.isEscaped else { return nil }
        return words + (word.map { [$0] } ?? [])
    }

    /// What stands before the first separator that is outside of quotes.
    static func prefix(of text: Substring, upTo separator: Character) -> Substring {
        var reader = QuoteReader()
        return text.prefix { reader.read($0) != .plain || $0 != separator }
    }
}
