/// A regular expression that a pre-tokenizer cuts words with, recognised by its text and matched by
/// hand.
///
/// Every one of them matches wherever it is tried, so that a text is cut without gaps.
enum WordPattern {
    /// GPT-2: contractions, then letters, numbers or other marks with at most one space in front, then
    /// white space.
    case gpt2
    /// GPT-4, Llama 3 and Qwen 2: contractions in any case, letters with at most one mark in front,
    /// numbers of at most so many digits, other marks with the line ends behind them, white space.
    case gpt4(digits: Int)

    /// The pattern that a tokenizer writes so; nil for one that is not known.
    init?(regex: String) {
        guard let known = Self.known.first(where: { $0.regex == regex }) else { return nil }
        self = known.pattern
    }

    static let names = "the patterns of GPT-2, GPT-4, Llama 3 and Qwen 2"

    private static let known: [(regex: String, pattern: WordPattern)] = [
        (#"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#, .gpt2),
        (#"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#, .gpt2),
        (contractions + letters + #"\p{N}{1,3}"# + rest, .gpt4(digits: 3)),
        (contractions + letters + #"\p{N}"# + rest, .gpt4(digits: 1)),
        (shortContractions + letters + #"\p{N}{1,3}"# + rest, .gpt4(digits: 3)),
        (shortContractions + letters + #"\p{N}"# + rest, .gpt4(digits: 1)),
        (
            shortContractions + #"[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*"#
                + #"|\s*[\r\n]|\s+(?!\S)|\s+"#,
            .gpt4(digits: 3)
        ),
    ]
    private static let contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|"
    private static let shortContractions = "'(?i:[sdmt]|ll|ve|re)|"
    private static let letters = #"[^\r\n\p{L}\p{N}]?\p{L}+|"#
    private static let rest = #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#

    /// Appends the words of a part of a text.
    func words(of s: [Unicode.Scalar], in range: Range<Int>, to words: inout [Range<Int>]) {
        var i = range.lowerBound
        while i < range.upperBound {
            let end =
                switch self {
                case .gpt2: Self.gpt2End(s, from: i, to: range.upperBound)
                case .gpt4(let digits): Self.gpt4End(s, from: i, to: range.upperBound, digits: digits)
                }
            words.append(i..<end)
            i = end
        }
    }

    private static func gpt2End(_ s: [Unicode.Scalar], from i: Int, to end: Int) -> Int {
        if s[i] == "'", let behind = contractionEnd(s, from: i + 1, to: end, anyCase: false) {
            return behind
        }
        let first = s[i] == " " && i + 1 < end ? i + 1 : i
        let kind = CharacterKind(s[first])
        return kind == .space
            ? spaceEnd(s, from: i, to: end) : runEnd(s, from: first + 1, to: end, of: kind)
    }

    private static func gpt4End(_ s: [Unicode.Scalar], from i: Int, to end: Int, digits: Int) -> Int {
        if s[i] == "'", let behind = contractionEnd(s, from: i + 1, to: end, anyCase: true) {
            return behind
        }
        let kind = CharacterKind(s[i])
        let next = i + 1 < end ? CharacterKind(s[i + 1]) : nil
        switch kind {
        case .letter: return runEnd(s, from: i + 1, to: end, of: .letter)
        case .number: return runEnd(s, from: i + 1, to: min(end, i + digits), of: .number)
        case .space where s[i].isLineEnd: break
        case .space, .other:
            if next == .letter { return runEnd(s, from: i + 2, to: end, of: .letter) }
        }
        guard kind == .other || s[i] == " " && next == .other else {
            let run = runEnd(s, from: i, to: end, of: .space)
            // Up to the run's last line end, where it has one.
            if let last = s[i..<run].lastIndex(where: \.isLineEnd) { return last + 1 }
            return spaceEnd(s, from: i, to: end)
        }
        var behind = runEnd(s, from: i + 1, to: end, of: .other)
        while behind < end, s[behind].isLineEnd { behind += 1 }
        return behind
    }

    private static func runEnd(
        _ s: [Unicode.Scalar], from start: Int, to end: Int, of kind: CharacterKind
    ) -> Int {
        var i = start
        while i < end, CharacterKind(s[i]) == kind { i += 1 }
        return i
    }

    /// `\s+(?!\S)|\s+`: the last of several spaces belongs to the word behind them.
    private static func spaceEnd(_ s: [Unicode.Scalar], from start: Int, to end: Int) -> Int {
        let run = runEnd(s, from: start, to: end, of: .space)
        return run < end && run - start > 1 ? run - 1 : run
    }

    /// Where s, t, re, ve, m, ll or d ends, behind an apostrophe.
    private static func contractionEnd(
        _ s: [Unicode.Scalar], from i: Int, to end: Int, anyCase: Bool
    ) -> Int? {
        guard i < end else { return nil }
        func folded(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
            // The long s is an s in another case.
            anyCase
                ? scalar == "ſ" ? "s" : scalar.properties.lowercaseMapping.unicodeScalars.first ?? scalar
                : scalar
        }
        let first = folded(s[i])
        if ["s", "t", "m", "d"].contains(first) { return i + 1 }
        guard i + 1 < end else { return nil }
        switch (first, folded(s[i + 1])) {
        case ("r", "e"), ("v", "e"), ("l", "l"): return i + 2
        case _: return nil
        }
    }
}

extension Unicode.Scalar {
    /// `[\r\n]`
    fileprivate var isLineEnd: Bool { self == "\r" || self == "\n" }
}
