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

    private func prepends(at place: TextPlace) -> Bool {
        switch prepending {
        case .first: place == .start
        case .always: place != .behindText
        case .never: false
        }
    }

    func apply(to pieces: inout Pieces) {
        pieces.rewrite { part, result in
            for scalar in part { result.append(scalar == " " ? replacement : scalar) }
        }
        if prepending != .never {
            pieces.prepend(replacement) { first, place in first != replacement && prepends(at: place) }
        }
        guard cuts else { return }
        pieces.cut { scalars, range, result in
            result += SplitBehavior.mergedWithNext.pieces(
                of: scalars[range].parts { $0 == replacement })
        }
    }
}
