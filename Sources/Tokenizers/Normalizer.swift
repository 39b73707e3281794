/// What is done to a text before it is cut: the `normalizer` of a `tokenizer.json`.
indirect enum Normalizer {
    case form(NormalForm)
    case prepend([Unicode.Scalar])
    case replace([Unicode.Scalar], by: [Unicode.Scalar])
    case lowercase
    case strip(left: Bool, right: Bool)
    case sequence([Normalizer])

    init(_ part: TokenizerFile) throws {
        switch try part.type() {
        case "NFC": self = .form(.nfc)
        case "NFD": self = .form(.nfd)
        case "NFKC": self = .form(.nfkc)
        case "NFKD": self = .form(.nfkd)
        case "Prepend": self = .prepend(try part.scalars("prepend"))
        case "Replace":
            guard let pattern = try part.literalPattern() else {
                throw part.unsupported(
                    "Replace of the regular expression '\(part.regex())'", supported: "Replace of a String")
            }
            self = .replace(pattern, by: try part.scalars("content"))
        case "Lowercase": self = .lowercase
        case "Strip":
            self = .strip(
                left: try part.flag("strip_left", default: true),
                right: try part.flag("strip_right", default: true))
        case "Sequence": self = .sequence(try part.parts("normalizers").map(Normalizer.init))
        case let type:
            throw part.unsupported(
                type, supported: "NFC, NFD, NFKC, NFKD, Prepend, Replace, Lowercase, Strip, Sequence")
        }
    }

    /// - Parameter place: no longer the start where what the text began with is removed
    func apply(to text: inout SourcedText, at place: inout TextPlace) {
        switch self {
        case .form(let form): form.apply(to: &text)
        case .prepend(let prefix):
            if !text.scalars.isEmpty, place != .behindText { text.prepend(prefix) }
        case .replace(let pattern, let content):
            if content.isEmpty, !pattern.isEmpty, text.scalars.starts(with: pattern), place == .start {
                place = .behindToken
            }
            text.replace(pattern, by: content)
        case .lowercase: text.mapScalars { $0.properties.lowercaseMapping.unicodeScalars }
        case .strip(let left, let right):
            if right {
                text.removeLast(text.scalars.reversed().prefix(while: \.properties.isWhitespace).count)
            }
            if left {
                let removed = text.scalars.prefix(while: \.properties.isWhitespace).count
                text.removeFirst(removed)
                if removed > 0, place == .start { place = .behindToken }
            }
        case .sequence(let normalizers):
            for normalizer in normalizers { normalizer.apply(to: &text, at: &place) }
        }
    }
}
