import Leaderboards

/// The pictures of one task, each a pure function of the leaderboard's rows.
struct SectionPictures {
    let section: Leaderboard.Section
    /// Generated tokens that an answer's latency is worked out for.
    static let answerTokens = 16.0

    var all: [Picture] {
        [qualityByRatio, qualityByLatency, qualityByBytes, latencyParts, breakEven].compactMap { $0 }
    }

    private var methods: [(style: Int, row: Leaderboard.Row)] {
        section.rows.filter { $0.role == nil }.enumerated().map { ($0.offset, $0.element) }
    }

    private var metric: String { section.name(of: section.primaryMetric) + (isShare ? ", %" : "") }

    private var isShare: Bool { section.primary?.isShare ?? true }

    /// Percentages have an axis of their own; other numbers one that fits them.
    private var scores: LineChart.Axis {
        .init(
            title: metric, label: { isShare ? Figures.fixed($0, 0) : Figures.tick($0) },
            range: isShare ? 0...100 : nil)
    }

    /// Where the entries of a grid stand on an axis of ratios.
    private var places: [Double] {
        Set(section.rows.filter { $0.role == nil }.flatMap(\.entries).map(\.placeByRatio)).sorted()
    }

    private func reference(_ role: String) -> Leaderboard.Entry? {
        section.rows.first { $0.role == role }?.entries.first
    }

    private var references: [LineChart.Series] {
        [("upper", "Full context"), ("lower", "No context")].compactMap { role, name in
            guard let score = reference(role)?.scores.first else { return nil }
            return LineChart.Series(
                name: name, style: SeriesStyle.neutral,
                points: [.init(x: places.first ?? 1, y: score.scale * score.mean)], isDashed: true)
        }
    }

    private var qualityByRatio: Picture? {
        guard !methods.isEmpty else { return nil }
        var table = TextTable(
            ["Method"], numbers: ["Ratio", metric, "95% low", "95% high"])
        let series = methods.map { style, row in
            LineChart.Series(
                name: row.method, style: style,
                points: row.entries.compactMap { entry in
                    guard let score = entry.scores.first else { return nil }
                    table.rows.append([
                        row.method, Figures.budget(entry.budget), Figures.mean(score),
                        Figures.number(score.low, of: score),
                        Figures.number(score.high, of: score),
                    ])
                    return .init(
                        x: entry.placeByRatio, y: score.scale * score.mean,
                        interval: score.scale * score.low...score.scale * score.high)
                })
        }
        let chart = LineChart(
            x: .init(
                title: "compression ratio", isLogarithmic: true, label: Figures.ratio, ticks: places),
            y: scores,
            series: series + references)
        return Picture(
            title: "Quality by ratio",
            description: "One line a method, with 95% intervals; full context and no context are dashed.",
            drawing: chart.draw(), data: table)
    }

    private func total(_ entry: Leaderboard.Entry) -> Double? {
        entry.latency.map {
            $0.compress.median + $0.prefill.median + Self.answerTokens * $0.decodePerToken.median
        }
    }

    private var qualityByLatency: Picture? {
        frontier(
            title: "Quality by latency of the first answer",
            description: "Milliseconds of compressing, prefill and \(Int(Self.answerTokens)) tokens.",
            axis: "milliseconds",
            value: { total($0).map { 1000 * $0 } })
    }

    private var qualityByBytes: Picture? {
        frontier(
            title: "Quality by kept memory", description: "Keys and values of the kept context, KiB.",
            axis: "KiB",
            value: { $0.keptBytes > 0 ? $0.keptBytes / 1024 : nil })
    }

    /// Points with the line that no other point is better than in both respects.
    private func frontier(
        title: String, description: String, axis: String,
        value: (Leaderboard.Entry) -> Double?
    ) -> Picture? {
        var table = TextTable(
            ["Method"], numbers: ["Ratio", axis, metric])
        func points(_ row: Leaderboard.Row) -> [LineChart.Point] {
            row.entries.compactMap { entry in
                guard let x = value(entry), let score = entry.scores.first else { return nil }
                table.rows.append([
                    row.method, row.role == nil ? Figures.budget(entry.budget) : "", Figures.fixed(x, 2),
                    Figures.mean(score),
                ])
                return .init(
                    x: x, y: score.scale * score.mean,
                    label: row.role == nil ? Figures.budget(entry.budget) : nil)
            }
        }
        var series = methods.map { style, row in
            LineChart.Series(name: row.method, style: style, points: points(row), isLine: false)
        }
        if let row = section.rows.first(where: { $0.role == "upper" }) {
            series.append(
                LineChart.Series(
                    name: row.method, style: SeriesStyle.neutral, points: points(row), isLine: false))
        }
        let all = series.flatMap(\.points)
        guard !all.isEmpty else { return nil }
        let best = all.filter { point in
            !all.contains { ($0.x < point.x && $0.y >= point.y) || ($0.x <= point.x && $0.y > point.y) }
        }.sorted { $0.x < $1.x }
        // Only what is on the frontier says its ratio: the others would hide each other's.
        let isOnFrontier = { (point: LineChart.Point) in best.contains { $0.x == point.x && $0.y == point.y }
        }
        for i in series.indices {
            for j in series[i].points.indices where !isOnFrontier(series[i].points[j]) {
                series[i].points[j].label = nil
            }
        }
        let chart = LineChart(
            x: .init(title: axis, isLogarithmic: true, label: Figures.tick),
            y: scores,
            series: [
                LineChart.Series(
                    name: "Pareto frontier", style: SeriesStyle.neutral,
                    points: best.map { .init(x: $0.x, y: $0.y) }, hasMarkers: false)
            ] + series)
        return Picture(
            title: title, description: description + " The grey line is the Pareto frontier.",
            drawing: chart.draw(),
            data: table)
    }

    private var bars: [(name: String, entry: Leaderboard.Entry)] {
        section.rows.flatMap { row in
            row.entries.map {
                (row.role == nil ? "\(Figures.budget($0.budget)) \(row.method)" : row.method, $0)
            }
        }
    }

    private var latencyParts: Picture? {
        let timed = bars.compactMap { bar in bar.entry.latency.map { (bar.name, $0) } }
        guard !timed.isEmpty else { return nil }
        var table = TextTable(
            ["Method"], numbers: ["Compress, ms", "Prefill, ms", "Decode a token, ms"])
        let chart = BarChart(
            partNames: ["compress", "prefill", "\(Int(Self.answerTokens)) tokens"],
            bars: timed.map { name, latency in
                table.rows.append(
                    [name]
                        + [latency.compress, latency.prefill, latency.decodePerToken].map(
                            Figures.milliseconds))
                let parts = [
                    latency.compress.median, latency.prefill.median,
                    Self.answerTokens * latency.decodePerToken.median,
                ]
                return BarChart.Bar(name: name, parts: parts.map { 1000 * $0 })
            }, label: { Figures.fixed($0, 0) })
        return Picture(
            title: "Latency of the first answer, milliseconds",
            description:
                "Compressing the context, prefill to the first token, \(Int(Self.answerTokens)) tokens; medians.",
            drawing: chart.draw(), data: table, height: chart.height)
    }

    /// How many questions about one context it takes until compressing it has paid.
    private var breakEven: Picture? {
        guard let full = reference("upper").flatMap(\.latency) else { return nil }
        var table = TextTable(
            ["Method"], numbers: ["Saved a question, ms", "Compressing, ms", "Questions"])
        var found: [BarChart.Bar] = []
        for (name, entry) in bars where entry.budget != .whole {
            guard let latency = entry.latency else { continue }
            let saved =
                full.prefill.median - latency.prefill.median
                + Self.answerTokens * (full.decodePerToken.median - latency.decodePerToken.median)
            let questions = latency.compress.median / saved
            let pays = saved > 0 && latency.compress.median > 0
            table.rows.append([
                name, Figures.fixed(1000 * saved, 2), Figures.fixed(1000 * latency.compress.median, 2),
                saved <= 0 ? "never" : Figures.fixed(questions, 1),
            ])
            if pays, questions > 0.005 { found.append(BarChart.Bar(name: name, parts: [questions])) }
        }
        guard !found.isEmpty else { return nil }
        let chart = BarChart(partNames: ["questions"], bars: found, label: { Figures.fixed($0, 1) })
        return Picture(
            title: "Questions until compressing has paid",
            description: "Compressing ÷ what one question saves against the full context.",
            drawing: chart.draw(), data: table, height: chart.height)
    }
}
