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

    /// Whether it is a token that texts may write out, such as one that ends a turn.
    public func isAdded(_ id: Int32) -> Bool {
        tokens[id].map { addedIDs[ExactText($0)] == id } ?? false
    }

    /// The ids of a text; added tokens written out in it are recognised.
    /// - Parameters:
    ///   - addingSpecialTokens: whether `prefix` and `suffix` are put around
    ///   - place: what stands before the text
    public func encode(
        _ text: String, addingSpecialTokens: Bool = false, at place: TextPlace = .start
    ) -> [Int32] {
        var result = Encoding(ids: addingSpecialTokens ? prefix : [])
        encode(SourcedText(Array(text.unicodeScalars)), at: place, to: &result)
        return addingSpecialTokens ? result.ids + suffix : result.ids
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
        _ text: String, at place: TextPlace = .start
    ) -> (ids: [Int32], offsets: [Range<Int>]) {
        var result = Encoding(offsets: [])
        encode(SourcedText(tracing: text), at: place, to: &result)
        return (result.ids, result.offsets ?? [])
    }

    private struct Encoding {
        var ids: [Int32] = []
        /// Nil where nobody asks.
        var offsets: [Range<Int>]?
    }

    private func encode(_ text: SourcedText, at place: TextPlace, to result: inout Encoding) {
        for part in verbatim.parts(of: text.scalars) {
            switch part {
            case .token(let id, let range):
                result.ids.append(id)
                if let origin = text.origin(of: range) { result.offsets?.append(origin) }
            case .text(let range):
                encodeNormalized(
                    text[range], at: range.lowerBound == 0 ? place : .behindToken, to: &result)
            }
        }
    }

    private func encodeNormalized(_ text: SourcedText, at place: TextPlace, to result: inout Encoding) {
        var text = text
        var place = place
        normalizer?.apply(to: &text, at: &place)
        for part in normalized.parts(of: text.scalars) {
            switch part {
            case .token(let id, let range):
                result.ids.append(id)
                if let origin = text.origin(of: range) { result.offsets?.append(origin) }
            case .text(let range):
                var pieces = Pieces(text[range], at: range.lowerBound == 0 ? place : .behindToken)
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
