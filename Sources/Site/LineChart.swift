/// Series of points over two axes, with intervals and connecting lines; its legend stands beside the drawing.
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
        /// What it is called in all pictures of a site that show it; nil for what is always shown.
        var key: String?
        /// Decides colour and shape.
        var style: Int
        var points: [Point]
        var isLine = true
        /// Level across the whole picture, such as a reference.
        var isDashed = false
        var hasMarkers = true
        /// Whether it is grey until a reader chooses it.
        var isMuted = false
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
    private static let bottom = 38.0

    func draw() -> Markup {
        let points = series.flatMap(\.points)
        guard !points.isEmpty else { return .element("text", ["x": "20", "y": "40"], "No data") }
        let xs = Scale(
            x, points.map(\.x), from: Self.left, to: Picture.width - Self.right)
        let ys = Scale(
            y, points.flatMap { [$0.y] + ($0.interval.map { [$0.lowerBound, $0.upperBound] } ?? []) },
            from: Picture.height - Self.bottom, to: Self.top)
        var parts: [Markup] = axes(xs, ys)
        // What is grey lies below what is not.
        for series in series.filter(\.isMuted) + series.filter({ !$0.isMuted }) {
            parts.append(group("g", series, draw(series, xs, ys)))
        }
        parts += rings.map { draw($0, xs, ys) }
        return .element("g", [:], parts)
    }

    /// A list of the series with their marks; what can be chosen has the key that its drawing has.
    var legend: Markup {
        .element(
            "ul", ["class": "legend"],
            series.map { series in
                let mark =
                    series.isDashed || !series.hasMarkers
                    ? line(-6, 0, 6, 0, isDashed: series.isDashed) : SeriesStyle.marker(series.style, 0, 0)
                return group(
                    "li", series,
                    [
                        .element("svg", ["viewBox": "-7 -7 14 14", "aria-hidden": "true"], mark),
                        Markup(series.name),
                    ])
            })
    }

    private func group(_ element: String, _ series: Series, _ children: [Markup]) -> Markup {
        let isDrawnAsLine = element == "g" && series.isLine
        let classes = ["series", isDrawnAsLine ? "line" : nil, series.isMuted ? "muted" : nil]
        return .element(
            element,
            [
                "class": classes.compactMap { $0 }.joined(separator: " "), "data-series": series.key,
                "style": "--ink:\(SeriesStyle.color(series.style))",
            ], children)
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
        var parts: [Markup] = [.element("title", [:], Markup(series.name))]
        if series.isDashed {
            guard let level = series.points.first else { return [] }
            return parts + [line(xs.from, ys(level.y), xs.to, ys(level.y), isDashed: true)]
        }
        if series.isLine, series.points.count > 1 {
            let path = series.points.map { "\(svg(xs($0.x))) \(svg(ys($0.y)))" }.joined(separator: "L")
            parts.append(.element("path", ["d": "M" + path]))
        }
        let intervals = series.points.compactMap { point in
            point.interval.map {
                "M\(svg(xs(point.x))) \(svg(ys($0.lowerBound)))V\(svg(ys($0.upperBound)))"
            }
        }
        if !intervals.isEmpty {
            parts.append(.element("path", ["class": "interval", "d": intervals.joined()]))
        }
        if series.hasMarkers {
            parts += series.points.map { SeriesStyle.marker(series.style, xs($0.x), ys($0.y)) }
        }
        return parts
            + series.points.compactMap { point in point.label.map { label($0, xs(point.x), ys(point.y), xs) }
            }
    }

    private func label(_ text: String, _ x: Double, _ y: Double, _ xs: Scale) -> Markup {
        let isAtTheEdge = x > xs.to - 24
        return .element(
            "text",
            [
                "class": "small", "x": svg(x + (isAtTheEdge ? -7 : 7)), "y": svg(y - 4),
                "text-anchor": isAtTheEdge ? "end" : nil,
            ], Markup(text))
    }

    private func draw(_ ring: Ring, _ xs: Scale, _ ys: Scale) -> Markup {
        .element(
            "circle",
            [
                "cx": svg(xs(ring.x)), "cy": svg(ys(ring.y)), "r": "9", "fill": "none",
                "style": "stroke: \(SeriesStyle.color(ring.style)); stroke-width: 2",
            ])
    }

    private func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, isDashed: Bool) -> Markup {
        .element(
            "path",
            [
                "d": "M\(svg(x1)) \(svg(y1))L\(svg(x2)) \(svg(y2))",
                "stroke-dasharray": isDashed ? "5 3" : nil,
            ])
    }
}
