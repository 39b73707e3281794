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
                pieces.prepend(" ") { first, place in first != " " && place != .behindText }
            }
            if cuts { pieces.cut(WordPattern.gpt2.words) }
            pieces.rewrite { part, result in
                for scalar in part { ByteAlphabet.append(scalar, to: &result) }
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
