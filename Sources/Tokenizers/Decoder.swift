/// How tokens become text again: the `decoder` of a `tokenizer.json`.
indirect enum Decoder {
    case byteLevel
    case replace([Unicode.Scalar], by: [Unicode.Scalar])
    case byteFallback
    case fuse
    case strip(Unicode.Scalar, start: Int, stop: Int)
    case metaspace(Metaspace)
    case sequence([Decoder])

    init(_ part: TokenizerFile) throws {
        switch try part.type() {
        case "ByteLevel": self = .byteLevel
        case "Replace":
            guard let pattern = try part.literalPattern() else {
                throw part.unsupported(
                    "Replace of the regular expression '\(part.regex())'", supported: "Replace of a String")
            }
            self = .replace(pattern, by: try part.scalars("content"))
        case "ByteFallback": self = .byteFallback
        case "Fuse": self = .fuse
        case "Strip":
            self = .strip(
                try part.scalar("content"), start: try part.integer("start", default: 0),
                stop: try part.integer("stop", default: 0))
        case "Metaspace": self = .metaspace(try Metaspace(part))
        case "Sequence": self = .sequence(try part.parts("decoders").map(Decoder.init))
        case let type:
            throw part.unsupported(
                type, supported: "ByteLevel, Replace, ByteFallback, Fuse, Strip, Metaspace, Sequence")
        }
    }

    /// The text that tokens stand for.
    func text(of tokens: [[Unicode.Scalar]]) -> String {
        if case .byteLevel = self { return Self.text(ofBytes: tokens) }
        return ExactText(apply(to: tokens).joined()).text
    }

    /// Tokens in, pieces of text out.
    private func apply(to tokens: [[Unicode.Scalar]]) -> [[Unicode.Scalar]] {
        switch self {
        case .byteLevel: [Array(Self.text(ofBytes: tokens).unicodeScalars)]
        case .replace(let pattern, let content): tokens.map { $0[...].replacing(pattern, by: content) }
        case .byteFallback: Self.fallback(tokens)
        case .fuse: [Array(tokens.joined())]
        case .strip(let content, let start, let stop):
            tokens.map { token in
                let head = token.prefix(start).prefix { $0 == content }.count
                let rest = token.dropFirst(head)
                return Array(rest.dropLast(rest.suffix(stop).reversed().prefix { $0 == content }.count))
            }
        case .metaspace(let metaspace):
            tokens.enumerated().map { index, token in
                token.compactMap { scalar in
                    guard scalar == metaspace.replacement else { return scalar }
                    return index == 0 && metaspace.prepending != .never ? nil : " "
                }
            }
        case .sequence(let decoders): decoders.reduce(tokens) { $1.apply(to: $0) }
        }
    }

    /// The text of the bytes that tokens stand for; a token that is not in the byte alphabet stands for
    /// its own text's.
    private static func text(ofBytes tokens: [[Unicode.Scalar]]) -> String {
        var bytes: [UInt8] = []
        for token in tokens {
            let start = bytes.count
            for character in token {
                guard let byte = ByteAlphabet.byte(of: character) else { break }
                bytes.append(byte)
            }
            if bytes.count - start < token.count {
                bytes.removeSubrange(start...)
                bytes += ExactText(token).text.utf8
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Turns runs of tokens such as `<0xE2>` into the text of their bytes, or into as many � where it
    /// is none.
    private static func fallback(_ tokens: [[Unicode.Scalar]]) -> [[Unicode.Scalar]] {
        var result: [[Unicode.Scalar]] = []
        var bytes: [UInt8] = []
        func flush() {
            let text = String(decoding: bytes, as: UTF8.self)
            if text.utf8.elementsEqual(bytes) {
                if !bytes.isEmpty { result.append(Array(text.unicodeScalars)) }
            } else {
                result += bytes.map { _ in ["\u{FFFD}"] }
            }
            bytes = []
        }
        for token in tokens {
            if let byte = byte(of: token) {
                bytes.append(byte)
            } else {
                flush()
                result.append(token)
            }
        }
        flush()
        return result
    }

    private static func byte(of token: [Unicode.Scalar]) -> UInt8? {
        guard token.count == 6, token.starts(with: "<0x".unicodeScalars), token[5] == ">" else {
            return nil
        }
        return UInt8(ExactText(token[3..<5]).text, radix: 16)
    }
}
