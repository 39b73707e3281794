import Tensors
import Tokenizers

/// A text in the tokens of one vocabulary, scored by a model of another.
package final class TranslatedText: GrowingText {
    package var added: [Int32] = []
    private let scored: ScoredText
    private let translation: Translation

    package init(_ scored: ScoredText, _ translation: Translation) {
        self.scored = scored
        self.translation = translation
    }

    package func surprisal(of tokens: some Sequence<Int32>, in c: Computation) -> [Float] {
        let tokens = Array(tokens)
        let (text, ends) = translation.text(of: tokens, behind: added.last)
        let (ids, offsets) = translation.tokens(of: text, isFirst: added.isEmpty)
        scored.added = translation.tokens(of: added)
        let found = scored.surprisal(of: ids, in: c)
        return Self.shared(found, by: offsets, over: ends)
    }

    /// What each of some ranges of bytes, one behind the other, gets of values that stand for others.
    /// - Parameter ends: one past the last byte of each
    package static func shared(_ values: [Float], by offsets: [Range<Int>], over ends: [Int]) -> [Float] {
        var result = [Float](repeating: 0, count: ends.count)
        guard !ends.isEmpty else { return result }
        var first = 0
        for (value, bytes) in zip(values, offsets) {
            // What stands for no byte, or for bytes behind the end, belongs to the token there.
            let bytes = bytes.isEmpty ? bytes.lowerBound..<bytes.lowerBound + 1 : bytes
            let share = value / Float(bytes.count)
            while first < ends.count - 1, ends[first] <= bytes.lowerBound { first += 1 }
            var place = first
            for byte in bytes {
                while place < ends.count - 1, ends[place] <= byte { place += 1 }
                result[place] += share
            }
        }
        return result
    }
}

/// From the tokens of one vocabulary to those of another, by the text that they stand for.
package struct Translation {
    private let source, target: Tokenizer

    package init(from source: Tokenizer, to target: Tokenizer) {
        self.source = source
        self.target = target
    }

    func tokens(of foreign: [Int32]) -> [Int32] {
        target.encode(source.decode(foreign), specialTokens: .text)
    }

    func tokens(of text: String, isFirst: Bool) -> (ids: [Int32], offsets: [Range<Int>]) {
        target.encodeWithOffsets(text, at: isFirst ? .start : .behindText, specialTokens: .text)
    }

    private func length(of tokens: ArraySlice<Int32>) -> Int { source.decode(Array(tokens)).utf8.count }

    /// The text of some tokens, and the byte behind each.
    /// - Parameter before: the token in front of them, which decides whether a space is the first one's
    func text(of tokens: [Int32], behind before: Int32?) -> (text: String, ends: [Int]) {
        let all = (before.map { [$0] } ?? []) + tokens
        let first = before == nil ? 0 : 1
        let text = String(
            decoding: source.decode(all).utf8.dropFirst(length(of: all[..<first])), as: UTF8.self)
        // Behind the token before them: by themselves some lose their space. A part of a character adds nothing; it
        // is its last part's.
        var ends: [Int] = []
        var (start, done) = (first, 0)
        for i in all.indices.dropFirst(first) {
            let lead = all[max(0, start - 1)..<start]
            let shown = source.decode(Array(lead + all[start...i]))
            guard !shown.hasSuffix("\u{fffd}") else {
                ends.append(ends.last ?? 0)
                continue
            }
            ends.append(max(ends.last ?? 0, done + shown.utf8.count - length(of: lead)))
            // Not all of it again and again.
            if i - start >= 32 { (start, done) = (i + 1, ends[ends.count - 1]) }
        }
        return (text, ends)
    }
}
