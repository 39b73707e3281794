import Contract
import Segmentation

/// A stretch of a context: its tokens and the words that stand there.
public struct Passage: Hashable, Sendable {
    /// Indices into the context's tokens.
    public let tokens: Range<Int>
    /// In small letters, in order.
    public let words: [String]
}

extension Context {
    /// Its sentences, in order; together they have all of its tokens. Where only tokens are known, all of them
    /// are one, without words.
    public var sentences: [Passage] {
        let bytes = Array(text.utf8)
        let found = units(.sentence).map { unit in
            Passage(
                tokens: unit.tokens,
                words: String(decoding: bytes[unit.bytes], as: UTF8.self).wordsInSmallLetters)
        }
        return found.isEmpty ? [Passage(tokens: tokens.indices, words: [])] : found
    }

    /// Its words, in order, and each token between them on its own; together they have all of its tokens. Where only
    /// tokens are known, each is one.
    public var words: [Range<Int>] {
        let (offsets, units) = (offsets, units(.word))
        guard !units.isEmpty else { return tokens.indices.map { $0..<$0 + 1 } }
        return units.flatMap { unit in
            let own = unit.tokens.filter { offsets[$0].overlaps(unit.bytes) }
            guard let first = own.first, let last = own.last else { return unit.tokens.map { $0..<$0 + 1 } }
            return unit.tokens.prefix(upTo: first).map { $0..<$0 + 1 } + [first..<last + 1]
                + unit.tokens.suffix(from: last + 1).map { $0..<$0 + 1 }
        }
    }

    /// Its phrases, in order; together they have all of its tokens: words with nothing but spaces between them are
    /// one up to the next stop word, and each stop word is one of its own. Marks belong to the word before
    /// them. Where only tokens are known, each is one.
    public var phrases: [Range<Int>] {
        let (bytes, words) = (Array(text.utf8), units(.word))
        guard !words.isEmpty else { return tokens.indices.map { $0..<$0 + 1 } }
        var result: [Range<Int>] = []
        /// The end of the phrase that may go on, in bytes.
        var end: Int?
        for word in words {
            let isStopWord = StopWords.contains(String(decoding: bytes[word.bytes], as: UTF8.self))
            let space = UInt8(ascii: " ")
            if !isStopWord, let end, bytes[end..<word.bytes.lowerBound].allSatisfy({ $0 == space }),
                let last = result.popLast()
            {
                result.append(last.lowerBound..<word.tokens.upperBound)
            } else {
                result.append(word.tokens)
            }
            end = isStopWord ? nil : word.bytes.upperBound
        }
        return result
    }
}

extension String {
    /// Its words in small letters, as `Segmentation` finds them.
    public var wordsInSmallLetters: [String] {
        let bytes = Array(utf8)
        return Segmentation.words(in: self).map { String(decoding: bytes[$0], as: UTF8.self).lowercased() }
    }
}
