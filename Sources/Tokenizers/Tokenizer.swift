import Foundation

/// A byte-pair tokenizer as a Hugging Face model folder has it, with the ids of the `tokenizers` library.
public final class Tokenizer: Sendable {
    private let normalizer: Normalizer?
    private let preTokenizer: PreTokenizer?
    private let model: BytePairEncoding
    private let decoder: Decoder?
    private let verbatim: AddedTokenMatcher
    private let normalized: AddedTokenMatcher
    private let addedIDs: [ExactText: Int32]
    private let tokens: [Int32: String]
    /// What added tokens that are looked for behind the normalizer look like there: so they are decoded.
    private let normalForms: [Int32: [Unicode.Scalar]]
    private let specialIDs: Set<Int32>
    private let special: SpecialTokens
    /// One more than the highest id.
    public let vocabularySize: Int

    /// Ids are below it.
    static let idLimit = 1 << 24

    /// Tokens that the model's makers put before and behind every text: often the one that begins a
    /// sequence.
    public var prefix: [Int32] { special.prefix }
    public var suffix: [Int32] { special.suffix }

    public convenience init(json data: Data, file: String) throws {
        try self.init(Components(TokenizerFile(data, file: file)))
    }

    /// The parts of a tokenizer, however its files name them.
    struct Components {
        var file: String
        var model: BytePairEncoding
        var normalizer: Normalizer?
        var preTokenizer: PreTokenizer?
        var decoder: Decoder?
        var special = SpecialTokens()
        var added: [AddedToken] = []
    }

    init(_ parts: Components) throws {
        func malformed(_ reason: String) -> TokenizerError {
            .malformed(file: parts.file, reason: reason)
        }
        var tokens: [Int32: String] = Dictionary(
            minimumCapacity: parts.model.ids.count + parts.added.count)
        for (token, id) in parts.model.ids {
            guard tokens.updateValue(token.text, forKey: id) == nil else {
                throw malformed("two tokens share the id \(id), '\(token.text)' is one")
            }
        }
        var addedIDs: [ExactText: Int32] = [:]
        for token in parts.added {
            let content = ExactText(token.content)
            let before = tokens.updateValue(token.content, forKey: token.id)
            guard before.map({ ExactText($0) == content }) ?? true,
                (parts.model.ids[content] ?? addedIDs[content] ?? token.id) == token.id
            else {
                throw malformed(
                    "the added token '\(token.content)' with the id \(token.id) contradicts another token")
            }
            addedIDs[content] = token.id
        }
        for id in parts.special.prefix + parts.special.suffix where tokens[id] == nil {
            throw malformed("its post_processor adds the id \(id), which is no token")
        }
        var normalForms: [Int32: [Unicode.Scalar]] = [:]
        func matcher(normalized: Bool) throws -> AddedTokenMatcher {
            // Special tokens first, as the library looks for them.
            let wanted = parts.added.filter { $0.isNormalized == normalized }
            let ordered = wanted.filter(\.isSpecial) + wanted.filter { !$0.isSpecial }
            let patterns = try ordered.map { token in
                var text = SourcedText(Array(token.content.unicodeScalars))
                var place = TextPlace.start
                if normalized { parts.normalizer?.apply(to: &text, at: &place) }
                guard !text.scalars.isEmpty else {
                    throw malformed("the added token '\(token.content)' is empty behind the normalizer")
                }
                return text.scalars
            }
            if normalized {
                for (token, pattern) in zip(ordered, patterns) { normalForms[token.id] = pattern }
            }
            return AddedTokenMatcher(ordered, patterns: patterns)
        }
        verbatim = try matcher(normalized: false)
        normalized = try matcher(normalized: true)
        self.normalForms = normalForms
        normalizer = parts.normalizer
        preTokenizer = parts.preTokenizer
        model = parts.model
        decoder = parts.decoder
        special = parts.special
        specialIDs = Set(parts.added.filter(\.isSpecial).map(\.id))
        vocabularySize = Int(tokens.keys.max() ?? -1) + 1
        self.addedIDs = addedIDs
        self.tokens = tokens
    }

    public func id(of token: String) -> Int32? {
        addedIDs[ExactText(token)] ?? model.ids[ExactText(token)]
    }

    public func token(of id: Int32) -> String? { tokens[id] }

    /// Bytes of the longest token, as it is written in the vocabulary.
    public var longestToken: Int { tokens.values.reduce(1) { max($0, $1.utf8.count) } }

    /// Whether each of its ids is the same token in another tokenizer, and the other way round.
    public func hasVocabulary(of other: Tokenizer) -> Bool { tokens == other.tokens }

    /// Whether it is a token that texts may write out, such as one that ends a turn.
    public func isAdded(_ id: Int32) -> Bool {
        tokens[id].map { addedIDs[ExactText($0)] == id } ?? false
    }

    /// The ids of a text; other added tokens than special ones are always recognised.
    /// - Parameters:
    ///   - addingSpecialTokens: whether `prefix` and `suffix` are put around
    ///   - place: what stands before the text
    ///   - written: what special tokens are that the text writes out
    public func encode(
        _ text: String, addingSpecialTokens: Bool = false, at place: TextPlace = .start,
        specialTokens written: WrittenTokens = .recognised
    ) -> [Int32] {
        var result = Encoding(ids: addingSpecialTokens ? prefix : [])
        encode(source(SourcedText(Array(text.unicodeScalars)), written), at: place, written, to: &result)
        return addingSpecialTokens ? result.ids + suffix : result.ids
    }

    /// What special tokens are that a text writes out, such as `<|im_end|>`.
    public enum WrittenTokens: Sendable {
        /// The tokens.
        case recognised
        /// Text like any other, as data is that nobody wrote for a model.
        case text
        /// The tokens, but text where `quoting` marked them.
        case recognisedUnlessQuoted
    }

    /// A text whose special tokens stay text when it is put among others that are encoded as
    /// `recognisedUnlessQuoted`.
    public func quoting(_ text: String) -> String {
        var source = SourcedText(Array(text.unicodeScalars))
        quote(&source)
        return ExactText(source.scalars).text
    }

    /// Behind the first character of a special token that is text: two noncharacters, which no text
    /// holds side by side.
    private static let quotation = [UInt32(0xfdd0), 0xfdd1].compactMap { Unicode.Scalar($0) }

    private func quote(_ text: inout SourcedText) {
        let starts = [verbatim, normalized].flatMap { $0.matches(in: text.scalars) }
            .filter { specialIDs.contains($0.id) }.map(\.start)
        guard !starts.isEmpty else { return }
        let marked = Set(starts)
        text.rewrite(
            text.scalars.indices.map { i in
                (i..<i + 1, [text.scalars[i]] + (marked.contains(i) ? Self.quotation : []))
            })
    }

    private func source(_ text: SourcedText, _ written: WrittenTokens) -> SourcedText {
        guard case .text = written else { return text }
        var text = text
        quote(&text)
        return text
    }

    /// The ids of a text, and the bytes of its UTF-8 that each token stands for, beginnings ascending.
    ///
    /// They are the offsets of the `tokenizers` library, which counts characters, with these differences:
    /// no post-processor trims them, so that a token's space is the token's; what a normal form joins or a
    /// replacement is put for stands for all of it, where the library names the first or the last
    /// character; and a character that is dropped for want of an unknown token does not move what is
    /// behind it. As in the library, each of several tokens of one character stands for all of it, and what
    /// a tokenizer puts in front of a text for the text's first character.
    public func encodeWithOffsets(
        _ text: String, at place: TextPlace = .start, specialTokens written: WrittenTokens = .recognised
    ) -> (ids: [Int32], offsets: [Range<Int>]) {
        var result = Encoding(offsets: [])
        encode(source(SourcedText(tracing: text), written), at: place, written, to: &result)
        return (result.ids, result.offsets ?? [])
    }

    private struct Encoding {
        var ids: [Int32] = []
        /// Nil where nobody asks.
        var offsets: [Range<Int>]?
    }

    private func encode(
        _ text: SourcedText, at place: TextPlace, _ written: WrittenTokens, to result: inout Encoding
    ) {
        for part in verbatim.parts(of: text.scalars) {
            switch part {
            case .token(let id, let range):
                result.ids.append(id)
                if let origin = text.origin(of: range) { result.offsets?.append(origin) }
            case .text(let range):
                encodeNormalized(
                    text[range], at: range.lowerBound == 0 ? place : .behindToken, written, to: &result)
            }
        }
    }

    private func encodeNormalized(
        _ text: SourcedText, at place: TextPlace, _ written: WrittenTokens, to result: inout Encoding
    ) {
        var text = text
        var place = place
        normalizer?.apply(to: &text, at: &place)
        for part in normalized.parts(of: text.scalars) {
            switch part {
            case .token(let id, let range):
                result.ids.append(id)
                if let origin = text.origin(of: range) { result.offsets?.append(origin) }
            case .text(let range):
                var part = text[range]
                if case .recognised = written {} else { part.replace(Self.quotation, by: []) }
                var pieces = Pieces(part, at: range.lowerBound == 0 ? place : .behindToken)
                preTokenizer?.apply(to: &pieces)
                encode(pieces, to: &result)
            }
        }
    }

    private func encode(_ pieces: Pieces, to result: inout Encoding) {
        for range in pieces.ranges {
            let piece = pieces.text.scalars[range]
            guard result.offsets != nil else {
                model.encode(piece, to: &result.ids)
                continue
            }
            for token in model.tokens(of: piece) {
                result.ids.append(token.id)
                if let origin = pieces.text.origin(of: token.range) { result.offsets?.append(origin) }
            }
        }
    }

    /// Every token whose text holds a line end, with that text.
    public var tokensWithLineEnds: [(id: Int32, text: String)] {
        // As it stands in a vocabulary: itself, in the alphabet of bytes, as a byte of its own.
        tokens.filter { $0.value.contains("\n") || $0.value.contains("\u{10A}") || $0.value == "<0x0A>" }
            .map { ($0.key, decode([$0.key], specialTokens: true)) }
            .filter { $0.text.contains("\n") }
    }

    /// The text of ids; unknown ids are left out, special tokens too unless they are asked for.
    public func decode(_ ids: [Int32], specialTokens: Bool = false) -> String {
        let shown = ids.compactMap { id in
            specialTokens || !specialIDs.contains(id)
                ? normalForms[id] ?? tokens[id].map { Array($0.unicodeScalars) } : nil
        }
        // Without a decoder tokens are taken for words.
        return decoder?.text(of: shown) ?? ExactText(shown.joined(separator: [" "])).text
    }
}
