/// Where memory tokens look, one panel a method: darker is more attention, in steps of a factor of two.
struct HeatMap {
    struct Panel {
        var name: String
        /// [memories][bins]
        var mass: [[Double]]
        /// What is said beside the name.
        var note: String
    }

    var panels: [Panel]

    /// Lower bounds, as multiples of what a bin gets of a token that looks everywhere alike.
    private static let levels = [0.25, 0.5, 1, 2, 4, 8, 16]
    private static let opacities = [0.07, 0.15, 0.27, 0.43, 0.6, 0.8, 1]
    private static let columns = 2
    private static let left = 18.0
    private static let gap = 14.0
    private static let plotHeight = 150.0
    private static let rowHeight = plotHeight + 58
    private static var plotWidth: Double {
        (Picture.width - Double(columns) * left - gap) / Double(columns)
    }

    private var rows: Int { (panels.count + Self.columns - 1) / Self.columns }

    var height: Double { Double(rows) * Self.rowHeight + 20 }

    func draw() -> Markup {
        var parts: [Markup] = []
        for (i, panel) in panels.enumerated() {
            parts += draw(
                panel, x: Self.left + Double(i % Self.columns) * (Self.plotWidth + Self.left + Self.gap),
                y: Double(i / Self.columns) * Self.rowHeight + 34)
        }
        return .element("g", [:], parts + legend(y: Double(rows) * Self.rowHeight + 4))
    }

    private func draw(_ panel: Panel, x: Double, y: Double) -> [Markup] {
        let bins = panel.mass.first?.count ?? 1
        let (right, base) = (x + Self.plotWidth, y + Self.plotHeight)
        func text(_ text: String, _ x: Double, _ y: Double, _ anchor: String, soft: Bool = true) -> Markup {
            .element(
                "text",
                ["class": soft ? "soft" : nil, "x": svg(x), "y": svg(y), "text-anchor": anchor], Markup(text))
        }
        let scale = "scale(\(Self.plotWidth / Double(bins)) \(Self.plotHeight / Double(panel.mass.count)))"
        return [
            text(String(panel.name.prefix(34)), x, y - 19, "start", soft: false),
            text(panel.note, x, y - 6, "start"),
            .element(
                "rect",
                [
                    "class": "axis", "x": svg(x), "y": svg(y), "width": svg(Self.plotWidth),
                    "height": svg(Self.plotHeight),
                ]),
            .element(
                "g",
                [
                    "transform": "translate(\(svg(x)) \(svg(y))) \(scale)", "shape-rendering": "crispEdges",
                    "style": "stroke: var(--c0)",
                ], Self.runs(panel.mass, bins: bins)),
            text("1", x - 4, y + 9, "end"), text("\(panel.mass.count)", x - 4, base, "end"),
            text("context from its begin", x, base + 13, "start"),
            text("to its end", right, base + 13, "end"),
        ]
    }

    /// Cells of one level are one path, neighbours one stroke: a tenth of what rectangles would take.
    private static func runs(_ mass: [[Double]], bins: Int) -> [Markup] {
        var paths = [String](repeating: "", count: levels.count)
        for (row, values) in mass.enumerated() {
            let shown = values.map { value in levels.lastIndex { value * Double(bins) >= $0 } }
            var first = 0
            while first < shown.count {
                let end = shown[first...].firstIndex { $0 != shown[first] } ?? shown.count
                if let level = shown[first] { paths[level] += "M\(first) \(row).5h\(end - first)" }
                first = end
            }
        }
        return paths.indices.filter { !paths[$0].isEmpty }.map {
            .element("path", ["d": paths[$0], "stroke-opacity": "\(opacities[$0])"])
        }
    }

    private func legend(y: Double) -> [Markup] {
        let names = ["¼", "½", "1", "2", "4", "8", "16"]
        var parts: [Markup] = [
            .element("text", ["class": "soft", "x": svg(Self.left), "y": svg(y + 9)], "Times an even share:")
        ]
        for (i, name) in names.enumerated() {
            let x = 135 + 40 * Double(i)
            parts += [
                .element(
                    "rect",
                    [
                        "x": svg(x), "y": svg(y), "width": "14", "height": "10",
                        "fill-opacity": "\(Self.opacities[i])",
                        "style": "fill: var(--c0)",
                    ]),
                .element("text", ["class": "soft", "x": svg(x + 17), "y": svg(y + 9)], Markup(name)),
            ]
        }
        return parts
    }
}
