/// Cuts text into words as GPT-2 does: contractions, letters, digits, other marks, each with at
/// most one space in front, and runs of white space.
struct PreTokenizer {
    let addPrefixSpace: Bool

    func words(of text: Substring) -> [String] {
        let prefixed = addPrefixSpace && text.unicodeScalars.first.map { $0 != " " } == true
        let scalars = Array((prefixed ? " " + text : String(text)).unicodeScalars)
        var words: [String] = []
        var i = 0
        while i < scalars.count {
            let end = wordEnd(scalars, from: i)
            var word = String.UnicodeScalarView()
            word.append(contentsOf: scalars[i..<end])
            words.append(String(word))
            i = end
        }
        return words
    }

    // 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
    private func wordEnd(_ s: [Unicode.Scalar], from start: Int) -> Int {
        if s[start] == "'" {
            for ending in ["s", "t", "re", "ve", "m", "ll", "d"] {
                let scalars = Array(ending.unicodeScalars)
                if s.dropFirst(start + 1).starts(with: scalars) { return start + 1 + scalars.count }
            }
        }
        let first = s[start] == " " && start + 1 < s.count ? start + 1 : start
        let kind = CharacterKind(s[first])
        if kind != .space {
            var end = first + 1
            while end < s.count, CharacterKind(s[end]) == kind { end += 1 }
            return end
        }
        var end = start + 1
        while end < s.count, CharacterKind(s[end]) == .space { end += 1 }
        // The last space of a run belongs to the word behind it.
        return end < s.count && end - start > 1 ? end - 1 : end
    }
}

private enum CharacterKind {
    case letter, number, space, other

    init(_ scalar: Unicode.Scalar) {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            self = .letter
        case .decimalNumber, .letterNumber, .otherNumber:
            self = .number
        case _ where scalar.properties.isWhitespace:
            self = .space
        case _:
            self = .other
        }
    }
}
