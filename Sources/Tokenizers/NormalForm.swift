import Foundation

/// A Unicode normal form, of the characters that Unicode 12 had; later ones stay as they are, as they
/// do in `tokenizers`.
enum NormalForm {
    case nfc, nfd, nfkc, nfkd

    func apply(to text: inout SourcedText) {
        // What is below never changes nor joins with what is beside it.
        let inert: UInt32 = self == .nfc ? 0x300 : 0x80
        guard text.scalars.contains(where: { $0.value >= inert }) else { return }
        let traces = text.origins != nil
        var parts: [(range: Range<Int>, content: [Unicode.Scalar])] = []
        var begin = 0
        func flush(to end: Int) {
            let segment = text.scalars[begin..<end]
            parts += traces ? apart(segment) : [(begin..<end, normalized(segment))]
            begin = end
        }
        for (i, scalar) in text.scalars.enumerated()
        where scalar.value >= inert && !scalar.isAssigned(inUnicode: 12, 0) {
            flush(to: i)
            parts.append((i..<i + 1, [scalar]))
            begin = i + 1
        }
        flush(to: text.scalars.count)
        text.rewrite(parts)
    }

    /// The smallest parts of a text that keep to themselves: characters as Swift sees them, and each scalar
    /// of those whose scalars change alone.
    private func apart(
        _ text: ArraySlice<Unicode.Scalar>
    ) -> [(range: Range<Int>, content: [Unicode.Scalar])] {
        var result: [(range: Range<Int>, content: [Unicode.Scalar])] = []
        var begin = text.startIndex
        for character in ExactText(text).text {
            let range = begin..<begin + character.unicodeScalars.count
            let alone = range.map { normalized(text[$0...$0]) }
            let together = normalized(text[range])
            result +=
                alone.joined().elementsEqual(together)
                ? zip(range, alone).map { ($0..<$0 + 1, $1) } : [(range, together)]
            begin = range.upperBound
        }
        let whole = normalized(text)
        // No form reaches across characters; were it so, the ids must not change.
        return result.lazy.flatMap(\.content).elementsEqual(whole) ? result : [(text.indices, whole)]
    }

    private func normalized(_ text: ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar] {
        Array(normalized(ExactText(text).text).unicodeScalars)
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
