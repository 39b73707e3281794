import Foundation

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
