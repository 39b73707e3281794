import Foundation

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

    /// - Parameter beginsText: becomes false where what the text began with is removed
    func apply(to text: inout [Unicode.Scalar], beginsText: inout Bool) {
        switch self {
        case .form(let form): form.apply(to: &text)
        case .prepend(let prefix): if !text.isEmpty { text.insert(contentsOf: prefix, at: 0) }
        case .replace(let pattern, let content):
            if content.isEmpty, !pattern.isEmpty, text.starts(with: pattern) { beginsText = false }
            text = text[...].replacing(pattern, by: content)
        case .lowercase: text = text.flatMap { $0.properties.lowercaseMapping.unicodeScalars }
        case .strip(let left, let right):
            if right { text.removeLast(text.reversed().prefix(while: \.properties.isWhitespace).count) }
            if left {
                let removed = text.prefix(while: \.properties.isWhitespace).count
                text.removeFirst(removed)
                if removed > 0 { beginsText = false }
            }
        case .sequence(let normalizers):
            for normalizer in normalizers { normalizer.apply(to: &text, beginsText: &beginsText) }
        }
    }
}

/// A Unicode normal form, of the characters that Unicode 12 had; later ones stay as they are, as they
/// do in `tokenizers`.
enum NormalForm {
    case nfc, nfd, nfkc, nfkd

    func apply(to text: inout [Unicode.Scalar]) {
        // What is below never changes nor joins with what is beside it.
        let inert: UInt32 = self == .nfc ? 0x300 : 0x80
        guard text.contains(where: { $0.value >= inert }) else { return }
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        var segment = String.UnicodeScalarView()
        for scalar in text {
            if scalar.value < inert || scalar.isAssigned(inUnicode: 12, 0) {
                segment.append(scalar)
            } else {
                result.append(contentsOf: normalized(String(segment)).unicodeScalars)
                segment = String.UnicodeScalarView()
                result.append(scalar)
            }
        }
        result.append(contentsOf: normalized(String(segment)).unicodeScalars)
        text = result
    }

    private func normalized(_ text: String) -> String {
        switch self {
        case .nfc: text.precomposedStringWithCanonicalMapping
        case .nfd: text.decomposedStringWithCanonicalMapping
        case .nfkc: text.precomposedStringWithCompatibilityMapping
        case .nfkd: text.decomposedStringWithCompatibilityMapping
        }
    }
}
