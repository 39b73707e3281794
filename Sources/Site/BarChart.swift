import Leaderboards

/// Horizontal bars made of parts: thin ones, one below the other, of what has one name.
struct BarChart {
    struct Group {
        var name: String
        /// Each with as many parts as there are part names.
        var bars: [[Double]]
    }

    var partNames: [String]
    var groups: [Group]
    var label: (Double) -> String
    /// Where the axis ends; what is longer is cut and says how long it is.
    var end: Double

    private static let left = 172.0
    private static let right = 44.0
    private static let longestName = 26
    private static let gap = 7.0
    private static let bottom = 22.0

    /// An end for the axis of charts that are compared: far longer bars, of one in ten or fewer, do not make
    /// all others small.
    static func end(of lengths: [Double]) -> Double {
        let most = lengths.max() ?? 0
        let usual = Statistics.percentile(0.9, of: lengths) ?? 0
        return usual > 0 && most > 2 * usual ? 1.25 * usual : most
    }

    private var top: Double { partNames.count > 1 ? 20 : 4 }

    private func thickness(_ group: Group) -> Double { group.bars.count > 1 ? 5 : 10 }

    private func height(_ group: Group) -> Double {
        Double(group.bars.count) * thickness(group) + Self.gap
    }

    var height: Double { top + groups.map(height).reduce(0, +) + Self.bottom }

    func draw() -> Markup {
        let axis = LineChart.Axis(title: "", label: label, range: 0...max(end, 1e-9))
        let xs = Scale(axis, [], from: Self.left, to: Picture.width - Self.right)
        var parts = grid(xs)
        var y = top
        for group in groups {
            parts += draw(group, xs, y)
            y += height(group)
        }
        return .element("g", [:], parts + legend)
    }

    private func grid(_ xs: Scale) -> [Markup] {
        let base = height - Self.bottom
        return xs.ticks.flatMap { tick -> [Markup] in
            let place = svg(xs(tick))
            return [
                .element("path", ["class": "axis", "d": "M\(place) \(svg(top))V\(svg(base))"]),
                .element(
                    "text", ["class": "soft", "x": place, "y": svg(base + 14), "text-anchor": "middle"],
                    Markup(label(tick))),
            ]
        }
    }

    private func draw(_ group: Group, _ xs: Scale, _ top: Double) -> [Markup] {
        let middle = top + height(group) / 2
        let isCut = group.name.count > Self.longestName
        var parts: [Markup] = [
            .element(
                "text", ["x": svg(Self.left - 6), "y": svg(middle + 4), "text-anchor": "end"],
                Markup(isCut ? group.name.prefix(Self.longestName - 1) + "…" : group.name))
        ]
        for (i, bar) in group.bars.enumerated() {
            let y = top + Self.gap / 2 + thickness(group) * Double(i)
            var sum = 0.0
            for (j, part) in bar.enumerated() where part > 0 && xs(sum) < xs.to {
                let (begin, end) = (xs(sum), min(xs.to, xs(sum + part)))
                sum += part
                parts.append(
                    .element(
                        "rect",
                        [
                            "x": svg(begin), "y": svg(y), "width": svg(end - begin),
                            "height": svg(thickness(group) - 1), "style": "fill:\(SeriesStyle.color(j))",
                        ]))
            }
        }
        let longest = group.bars.map { $0.reduce(0, +) }.max() ?? 0
        if xs(longest) > xs.to + 0.1 {
            parts.append(
                .element(
                    "text", ["class": "soft", "x": svg(xs.to + 4), "y": svg(middle + 4)],
                    Markup("→ \(label(longest))")))
        }
        return parts
    }

    private var legend: [Markup] {
        guard partNames.count > 1 else { return [] }
        return partNames.enumerated().flatMap { i, name -> [Markup] in
            let x = Self.left + 85 * Double(i)
            return [
                .element(
                    "rect",
                    [
                        "x": svg(x), "y": "2", "width": "9", "height": "9",
                        "style": "fill:\(SeriesStyle.color(i))",
                    ]),
                .element("text", ["x": svg(x + 13), "y": "11"], Markup(name)),
            ]
        }
    }
}
