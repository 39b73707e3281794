/// Colours that are told apart by people with any colour vision, each with a shape of its own.
enum SeriesStyle {
    /// What belongs to no method: references and frontiers.
    static let neutral = -1

    /// As many as the style sheet has.
    static let colors = 7

    static func color(_ index: Int) -> String {
        index == neutral ? "var(--soft)" : "var(--c\(index % colors))"
    }

    /// The style sheet gives it the colour of the series that it is in.
    static func marker(_ index: Int, _ x: Double, _ y: Double) -> Markup {
        func path(_ points: [(Double, Double)]) -> Markup {
            let text = points.map { "\(svg(x + $0.0)),\(svg(y + $0.1))" }.joined(separator: " ")
            return .element("polygon", ["points": text])
        }
        switch (index + 5) % 5 {
        case 0: return .element("circle", ["cx": svg(x), "cy": svg(y), "r": "4"])
        case 1: return path([(-4, -4), (4, -4), (4, 4), (-4, 4)])
        case 2: return path([(0, -5), (5, 4), (-5, 4)])
        case 3: return path([(0, -5.5), (5.5, 0), (0, 5.5), (-5.5, 0)])
        case _: return path([(0, 5), (5, -4), (-5, -4)])
        }
    }
}
