/// A text that equals another one only scalar by scalar.
///
/// Swift takes é in one scalar and in two for the same text; a vocabulary has an id for each.
struct ExactText: Hashable {
    let text: String

    init(_ text: String) { self.text = text }

    init(_ scalars: some Sequence<Unicode.Scalar>) {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        text = String(view)
    }

    static func == (a: ExactText, b: ExactText) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

    func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}
