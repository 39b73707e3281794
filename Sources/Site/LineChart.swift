import Foundation

/// Series of points over two axes, with intervals, connecting lines and a legend.
struct LineChart {
    struct Point {
        var x: Double
        var y: Double
        var interval: ClosedRange<Double>?
        /// What is written beside it.
        var label: String?
    }

    struct Series {
        var name: String
        /// Decides colour and shape, the same in all pictures of a page.
        var style: Int
        var points: [Point]
        var isLine = true
        /// Level across the whole picture, such as a reference.
        var isDashed = false
        var hasMarkers = true
    }

    struct Axis {
        var title: String
        var isLogarithmic = false
        var label: (Double) -> String
        /// Where ticks have to be; otherwise they are chosen.
        var ticks: [Double]?
        var range: ClosedRange<Double>?
    }

    /// A ring around a point that the note below the picture is about.
    struct Ring {
        var x: Double
        var y: Double
        var style: Int
    }

    var x: Axis
    var y: Axis
    var series: [Series]
    var rings: [Ring] = []

    private static let left = 46.0
    private static let right = 20.0
    private static let top = 10.0

    func draw() -> Markup {
        let columns = 2
        let legendRows = (series.count + columns - 1) / columns
        let bottom = 38.0 + 15 * Double(legendRows)
        let points = series.flatMap(\.points)
        guard !points.isEmpty else { return .element("text", ["x": "20", "y": "40"], "No data") }
        let xs = Scale(
            x, points.map(\.x), from: Self.left, to: Picture.width - Self.right)
        let ys = Scale(
            y, points.flatMap { [$0.y] + ($0.interval.map { [$0.lowerBound, $0.upperBound] } ?? []) },
            from: Picture.height - bottom, to: Self.top)
        var parts: [Markup] = axes(xs, ys)
        for series in series { parts += draw(series, xs, ys) }
        parts += rings.map { draw($0, xs, ys) }
        for (i, series) in series.enumerated() {
            let x = Self.left + Double(i % columns) * (Picture.width - Self.left) / Double(columns)
            let y = Picture.height - 15 * Double(legendRows - 1 - i / columns) - 6
            if series.isDashed || !series.hasMarkers {
                parts.append(
                    line(
                        x - 6, y - 4, x + 6, y - 4, color: SeriesStyle.color(series.style),
                        dashed: series.isDashed))
            } else {
                parts.append(SeriesStyle.marker(series.style, x, y - 4))
            }
            parts.append(
                .element("text", ["x": svg(x + 10), "y": svg(y)], Markup(String(series.name.prefix(30)))))
        }
        return .element("g", [:], parts)
    }

    private func axes(_ xs: Scale, _ ys: Scale) -> [Markup] {
        var parts: [Markup] = []
        for tick in ys.ticks {
            let place = ys(tick)
            parts.append(
                .element("path", ["class": "axis", "d": "M\(svg(xs.from)) \(svg(place))H\(svg(xs.to))"]))
            parts.append(
                .element(
                    "text",
                    ["class": "soft", "x": svg(xs.from - 5), "y": svg(place + 4), "text-anchor": "end"],
                    Markup(y.label(tick))))
        }
        for tick in xs.ticks {
            parts.append(
                .element(
                    "text",
                    ["class": "soft", "x": svg(xs(tick)), "y": svg(ys.from + 15), "text-anchor": "middle"],
                    Markup(x.label(tick))))
        }
        let middle = (xs.from + xs.to) / 2
        parts.append(
            .element(
                "text", ["class": "soft", "x": svg(middle), "y": svg(ys.from + 29), "text-anchor": "middle"],
                Markup(x.title)))
        let height = (ys.from + ys.to) / 2
        parts.append(
            .element(
                "text",
                [
                    "class": "soft", "x": "11", "y": svg(height), "text-anchor": "middle",
                    "transform": "rotate(-90 11 \(svg(height)))",
                ], Markup(y.title)))
        return parts
    }

    private func draw(_ series: Series, _ xs: Scale, _ ys: Scale) -> [Markup] {
        let color = SeriesStyle.color(series.style)
        if series.isDashed {
            guard let level = series.points.first else { return [] }
            return [line(xs.from, ys(level.y), xs.to, ys(level.y), color: color, dashed: true)]
        }
        var parts: [Markup] = []
        if series.isLine, series.points.count > 1 {
            let path = series.points.map { "\(svg(xs($0.x))) \(svg(ys($0.y)))" }.joined(separator: "L")
            parts.append(
                .element(
                    "path", ["d": "M" + path, "fill": "none", "style": "stroke: \(color); stroke-width: 1.5"])
            )
        }
        for point in series.points {
            if let interval = point.interval {
                let place = xs(point.x)
                parts.append(
                    line(place, ys(interval.lowerBound), place, ys(interval.upperBound), color: color))
            }
            if series.hasMarkers { parts.append(SeriesStyle.marker(series.style, xs(point.x), ys(point.y))) }
            if let label = point.label {
                let isAtTheEdge = xs(point.x) > xs.to - 24
                parts.append(
                    .element(
                        "text",
                        [
                            "class": "small", "x": svg(xs(point.x) + (isAtTheEdge ? -7 : 7)),
                            "y": svg(ys(point.y) - 4), "text-anchor": isAtTheEdge ? "end" : nil,
                        ], Markup(label)))
            }
        }
        return parts
    }

    private func draw(_ ring: Ring, _ xs: Scale, _ ys: Scale) -> Markup {
        .element(
            "circle",
            [
                "cx": svg(xs(ring.x)), "cy": svg(ys(ring.y)), "r": "9", "fill": "none",
                "style": "stroke: \(SeriesStyle.color(ring.style)); stroke-width: 2",
            ])
    }

    private func line(
        _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, color: String, dashed: Bool = false
    ) -> Markup {
        .element(
            "path",
            [
                "d": "M\(svg(x1)) \(svg(y1))L\(svg(x2)) \(svg(y2))",
                "style": "stroke: \(color)" + (dashed ? "; stroke-dasharray: 5 3" : ""),
            ])
    }
}

/// From values to places on the drawing.
struct Scale {
    let from, to: Double
    let ticks: [Double]
    private let low, high: Double
    private let isLogarithmic: Bool

    init(_ axis: LineChart.Axis, _ values: [Double], from: Double, to: Double) {
        self.from = from
        self.to = to
        isLogarithmic = axis.isLogarithmic
        let positive = axis.isLogarithmic ? values.filter { $0 > 0 } : values
        var low = axis.range?.lowerBound ?? positive.min() ?? 0
        var high = axis.range?.upperBound ?? positive.max() ?? 1
        if low >= high { high = low + max(abs(low), 1) }
        if axis.isLogarithmic {
            (low, high) = (low / 1.15, high * 1.15)
            ticks = axis.ticks ?? Self.powers(low...high)
        } else {
            ticks = axis.ticks ?? Self.steps(low...high)
            low = min(low, ticks.first ?? low)
            high = max(high, ticks.last ?? high)
        }
        (self.low, self.high) = (low, high)
    }

    func callAsFunction(_ value: Double) -> Double {
        let fraction =
            isLogarithmic
            ? log(max(value, low) / low) / log(high / low) : (value - low) / (high - low)
        return from + min(1.02, max(-0.02, fraction)) * (to - from)
    }

    /// About five round numbers.
    static func steps(_ range: ClosedRange<Double>) -> [Double] {
        let raw = (range.upperBound - range.lowerBound) / 5
        let magnitude = pow(10, floor(log10(raw)))
        let step = ([1, 2, 5, 10].first { $0 * magnitude >= raw } ?? 10) * magnitude
        let first = floor(range.lowerBound / step + 1e-9)
        let last = ceil(range.upperBound / step - 1e-9)
        return stride(from: first, through: last, by: 1).map { $0 * step }
    }

    /// Round numbers within the range: 1, 2, 5, 10 …, more of them where the range is short, powers
    /// of ten where it is long.
    static func powers(_ range: ClosedRange<Double>) -> [Double] {
        let exponents = Int(floor(log10(range.lowerBound)))...Int(ceil(log10(range.upperBound)))
        let choices: [[Double]] = [
            [1], [1, 2, 5], [1, 1.5, 2, 3, 5, 7], [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8],
        ]
        let ticks = choices.map { steps in
            exponents.flatMap { e in steps.map { $0 * pow(10, Double(e)) } }.filter(range.contains)
        }
        return ticks.first { $0.count >= 3 } ?? ticks[choices.count - 1]
    }
}
