/// How a text is cut into the pieces that the model reads one by one: the `pre_tokenizer` of a
/// `tokenizer.json`.
indirect enum PreTokenizer {
    /// Bytes in GPT-2's alphabet, cut by GPT-2's pattern or not.
    case byteLevel(addsPrefixSpace: Bool, cuts: Bool)
    case words(WordPattern)
    case split([Unicode.Scalar], SplitBehavior, inverted: Bool)
    case digits(individual: Bool)
    case metaspace(Metaspace)
    case sequence([PreTokenizer])

    init(_ part: TokenizerFile) throws {
        switch try part.type() {
        case "ByteLevel":
            self = .byteLevel(
                addsPrefixSpace: try part.flag("add_prefix_space", default: true),
                cuts: try part.flag("use_regex", default: true))
        case "Split": self = try Self.split(part)
        case "Digits": self = .digits(individual: try part.flag("individual_digits", default: false))
        case "Metaspace": self = .metaspace(try Metaspace(part))
        case "Sequence": self = .sequence(try part.parts("pretokenizers").map(PreTokenizer.init))
        case let type:
            throw part.unsupported(type, supported: "ByteLevel, Split, Digits, Metaspace, Sequence")
        }
    }

    private static func split(_ part: TokenizerFile) throws -> PreTokenizer {
        let name = try part.text("behavior")
        let inverted = try part.flag("invert", default: false)
        guard let behavior = SplitBehavior(rawValue: name) else {
            throw part.malformed("\(part.path).behavior is '\(name)'")
        }
        if let text = try part.literalPattern() { return .split(text, behavior, inverted: inverted) }
        guard let pattern = WordPattern(regex: part.regex()) else {
            throw part.unsupported("Split at '\(part.regex())'", supported: WordPattern.names)
        }
        // Matches leave no gaps, so these two are the same and the rest would drop or join all of it.
        guard behavior == .isolated || behavior == .removed && inverted else {
            throw part.unsupported(
                "Split at words, \(name)\(inverted ? " inverted" : "")",
                supported: "Isolated, Removed inverted")
        }
        return .words(pattern)
    }

    func apply(to pieces: inout Pieces) {
        switch self {
        case .byteLevel(let addsPrefixSpace, let cuts):
            if addsPrefixSpace {
                pieces.rewrite { piece, _, result in
                    if piece.first != " " { result.append(" ") }
                    result.append(contentsOf: piece)
                }
            }
            if cuts { pieces.cut(WordPattern.gpt2.words) }
            pieces.rewrite { piece, _, result in
                for scalar in piece { ByteAlphabet.append(scalar, to: &result) }
            }
        case .words(let pattern): pieces.cut(pattern.words)
        case .split(let text, let behavior, let inverted):
            pieces.cut { scalars, range, result in
                result += behavior.pieces(
                    of: scalars[range].parts(at: text).map { ($0.range, $0.isDelimiter != inverted) })
            }
        case .digits(let individual):
            pieces.cut { scalars, range, result in
                result += (individual ? SplitBehavior.isolated : .contiguous).pieces(
                    of: scalars[range].parts(where: \.isNumeric))
            }
        case .metaspace(let metaspace): metaspace.apply(to: &pieces)
        case .sequence(let steps):
            for step in steps { step.apply(to: &pieces) }
        }
    }
}

/// SentencePiece's way with spaces: a visible stand-in, also in front of the text.
struct Metaspace {
    /// Which pieces get one in front: the text's first, all, none.
    enum Prepending: String {
        case first, always, never
    }

    let replacement: Unicode.Scalar
    let prepending: Prepending
    let cuts: Bool

    /// Reads both forms, `prepend_scheme` and the older `add_prefix_space`.
    init(_ part: TokenizerFile) throws {
        replacement = try part.scalar("replacement")
        let addsSpace = try part.flag("add_prefix_space", default: true)
        let name = part.part("prepend_scheme") == nil ? nil : try part.text("prepend_scheme")
        guard let prepending = name.map({ Prepending(rawValue: $0) }) ?? (addsSpace ? .always : .never),
            addsSpace || prepending == .never
        else {
            throw part.malformed(
                "\(part.path).prepend_scheme is '\(name ?? "")' with add_prefix_space \(addsSpace)")
        }
        self.prepending = prepending
        cuts = try part.flag("split", default: true)
    }

    func apply(to pieces: inout Pieces) {
        pieces.rewrite { piece, beginsText, result in
            let start = result.count
            for scalar in piece { result.append(scalar == " " ? replacement : scalar) }
            if result[start] != replacement, prepending == .always || prepending == .first && beginsText {
                result.insert(replacement, at: start)
            }
        }
        guard cuts else { return }
        pieces.cut { scalars, range, result in
            result += SplitBehavior.mergedWithNext.pieces(
                of: scalars[range].parts { $0 == replacement })
        }
    }
}

extension ArraySlice<Unicode.Scalar> {
    /// The characters that pass, one by one, and what is between them, in order.
    fileprivate func parts(where passes: (Unicode.Scalar) -> Bool) -> [(range: Range<Int>, isDelimiter: Bool)]
    {
        var result: [(range: Range<Int>, isDelimiter: Bool)] = []
        var begin = startIndex
        for i in indices where passes(self[i]) {
            if begin < i { result.append((begin..<i, false)) }
            result.append((i..<i + 1, true))
            begin = i + 1
        }
        if begin < endIndex { result.append((begin..<endIndex, false)) }
        return result
    }
}
