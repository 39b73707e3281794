import Segmentation
import Synchronization
import Tokenizers

/// A context's text, its tokens where it stands in a prompt, and its words and sentences: worked out once for
/// all who look at it, each when it is first asked for.
public final class SourceText: Sendable {
    /// Empty where only tokens are known.
    public let text: String
    /// What stands before the context in its prompt, outside every budget.
    public let prefix: [Int32]
    /// Of the context, without the prefix.
    public let tokens: [Int32]
    private let place: TextPlace
    private let space: String
    private let tokenizer: Tokenizer?
    private let known = Mutex(Known())

    private struct Known {
        var offsets: [Range<Int>]?
        var units: [TextUnit.Kind: [TextUnit]] = [:]
    }

    /// - Parameters:
    ///   - prefix: what stands before it
    ///   - place: what its first token stands behind
    ///   - space: what its first token begins with that is not part of the text
    public init(
        _ text: String, prefix: [Int32] = [], at place: TextPlace = .start, space: String = "",
        tokenizer: Tokenizer
    ) {
        self.text = text
        self.prefix = prefix
        self.place = place
        self.space = space
        self.tokenizer = tokenizer
        tokens = tokenizer.encode(space + text, at: place, specialTokens: .text)
    }

    /// Tokens without a text, as in training.
    public init(tokens: [Int32], prefix: [Int32] = []) {
        text = ""
        self.prefix = prefix
        self.tokens = tokens
        place = .start
        space = ""
        tokenizer = nil
    }

    /// - Parameter offsets: of the tokens in the text
    private init(_ text: String, prefix: [Int32], tokens: [Int32], offsets: [Range<Int>]) {
        self.text = text
        self.prefix = prefix
        self.tokens = tokens
        place = .start
        space = ""
        tokenizer = nil
        known.withLock { $0.offsets = offsets }
    }

    /// Some of its tokens as they are, with the text that they stand for: stretches that were apart are a space apart
    /// where white space stood between them.
    /// - Parameter indices: of tokens, ascending
    public func selecting(_ indices: [Int]) -> SourceText {
        let (all, bytes) = (offsets, Array(text.utf8))
        guard !all.isEmpty else { return SourceText(tokens: indices.map { tokens[$0] }, prefix: prefix) }
        var written: [UInt8] = []
        var end: Int?
        let places = indices.map { index in
            let range = all[index]
            let apart = end.map {
                $0 < range.lowerBound && bytes[$0..<range.lowerBound].contains { $0 <= 0x20 }
            }
            if apart == true { written.append(0x20) }
            let fresh = max(range.lowerBound, end ?? range.lowerBound)..<max(range.upperBound, end ?? 0)
            written += bytes[fresh]
            end = fresh.upperBound
            // Tokens of one character stand for all of it.
            return max(0, written.count - range.count)..<written.count
        }
        return SourceText(
            String(decoding: written, as: UTF8.self), prefix: prefix, tokens: indices.map { tokens[$0] },
            offsets: places)
    }

    /// The bytes of the text's UTF-8 that each token stands for, ascending; empty without a text.
    public var offsets: [Range<Int>] {
        if let known = known.withLock({ $0.offsets }) { return known }
        let ahead = space.utf8.count
        let end = text.utf8.count
        let made = (tokenizer?.encodeWithOffsets(space + text, at: place, specialTokens: .text).offsets ?? [])
            .map { range in
                let low = min(max(0, range.lowerBound - ahead), end)
                return low..<min(max(low, range.upperBound - ahead), end)
            }
        known.withLock { $0.offsets = made }
        return made
    }

    /// Its words or sentences, in order; each token belongs to one of them. Empty without a text.
    public func units(_ kind: TextUnit.Kind) -> [TextUnit] {
        if let known = known.withLock({ $0.units[kind] }) { return known }
        let ranges =
            switch kind {
            case .word: Segmentation.words(in: text)
            case .sentence: Segmentation.sentences(in: text)
            }
        let made = TextUnit.units(ranges, of: offsets)
        known.withLock { $0.units[kind] = made }
        return made
    }

    /// The stretches of the text that some of its tokens stand for, neighbours joined: in bytes of its UTF-8.
    /// - Parameter indices: of tokens, ascending
    public func stretches(of indices: [Int]) -> [Range<Int>] {
        let offsets = offsets
        guard !offsets.isEmpty else { return [] }
        var result: [Range<Int>] = []
        for index in indices where !offsets[index].isEmpty {
            let range = offsets[index]
            if let last = result.last, range.lowerBound <= last.upperBound {
                result[result.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                result.append(range)
            }
        }
        return result
    }
}
