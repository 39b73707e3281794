import Leaderboards

/// A drawing with its title, a description for those who cannot see it, and its numbers as a table.
struct Picture {
    var title: String
    var description: String
    var drawing: Markup
    /// What its colours and shapes mean.
    var legend = Markup.empty
    var data: TextTable
    var height = Self.height
    /// What there is to see, in a sentence below the drawing.
    var note: String?
    /// The family that it is of, where others have pictures of their own beside it, and what that is called.
    var family: String?
    var caption: String?

    static let width = 440.0
    static let height = 250.0

    var figure: Markup {
        let name = title + (caption.map { ", \($0)" } ?? "")
        return .element(
            "figure", ["data-family": family],
            .element("figcaption", [:], Markup(caption ?? title)),
            .element(
                "svg",
                [
                    "viewBox": "0 0 \(Int(Self.width)) \(Int(height))", "role": "img",
                    "aria-label": "\(name). \(description)",
                ],
                drawing),
            legend, note.map { .element("p", ["class": "soft"], Markup($0)) } ?? .empty,
            .element(
                "details", [:], .element("summary", [:], "The numbers"), data.html("\(name), the numbers")))
    }
}

/// A coordinate, short and the same on every machine.
func svg(_ value: Double) -> String {
    let tenths = Int(min(max((value.isFinite ? value : 0) * 10, -1e9), 1e9).rounded())
    return tenths % 10 == 0
        ? "\(tenths / 10)" : "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
}
