/// Horizontal bars made of parts, one a line.
struct BarChart {
    struct Bar {
        var name: String
        /// As many as there are part names.
        var parts: [Double]
    }

    var partNames: [String]
    var bars: [Bar]
    var label: (Double) -> String

    private static let left = 150.0

    /// Lines that do not fit are left out; the table has them.
    static let mostBars = 40
    private static let step = 18.0
    private static let bottom = 22.0

    private var legend: Double { partNames.count > 1 ? 18 : 0 }

    var height: Double { legend + Self.step * Double(min(bars.count, Self.mostBars)) + Self.bottom }

    func draw() -> Markup {
        let shown = Array(bars.prefix(Self.mostBars))
        let step = Self.step
        let most = shown.map { $0.parts.reduce(0, +) }.max() ?? 1
        let axis = LineChart.Axis(title: "", label: label, range: 0...max(most, 1e-9))
        let xs = Scale(axis, [], from: Self.left, to: Picture.width - 20)
        var parts: [Markup] = []
        let base = legend + step * Double(shown.count)
        for tick in xs.ticks {
            let place = svg(xs(tick))
            parts.append(.element("path", ["class": "axis", "d": "M\(place) \(svg(legend))V\(svg(base))"]))
            parts.append(
                .element(
                    "text", ["class": "soft", "x": place, "y": svg(base + 14), "text-anchor": "middle"],
                    Markup(label(tick))))
        }
        for (i, bar) in shown.enumerated() {
            let y = legend + step * Double(i)
            parts.append(
                .element(
                    "text", ["x": svg(Self.left - 6), "y": svg(y + step * 0.7), "text-anchor": "end"],
                    Markup(bar.name.count > 21 ? "\(bar.name.prefix(20))…" : bar.name)))
            var sum = 0.0
            for (j, part) in bar.parts.enumerated() where part > 0 {
                let (begin, end) = (xs(sum), xs(sum + part))
                sum += part
                parts.append(
                    .element(
                        "rect",
                        [
                            "x": svg(begin), "y": svg(y + step * 0.15), "width": svg(end - begin),
                            "height": svg(step * 0.7), "style": "fill: \(SeriesStyle.color(j))",
                        ]))
            }
        }
        if partNames.count > 1 {
            for (i, name) in partNames.enumerated() {
                let x = Self.left + 95 * Double(i)
                parts.append(
                    .element(
                        "rect",
                        [
                            "x": svg(x), "y": "2", "width": "9", "height": "9",
                            "style": "fill: \(SeriesStyle.color(i))",
                        ]))
                parts.append(.element("text", ["x": svg(x + 13), "y": "11"], Markup(name)))
            }
        }
        return .element("g", [:], parts)
    }
}
