import Leaderboards

/// What quality costs: points with the line that no other point is better than in both respects.
extension SectionPictures {
    /// Generated tokens that an answer's latency is worked out for.
    static let answerTokens = 16.0

    var qualityByLatency: PanelRow? {
        frontier(
            "Quality by latency of the first answer",
            "Milliseconds of compressing, prefill and \(Int(Self.answerTokens)) tokens.", axis: "milliseconds"
        ) { entry in
            entry.latency.map {
                1000
                    * ($0.compress.median + $0.prefill.median + Self.answerTokens * $0.decodePerToken.median)
            }
        }
    }

    var qualityByBytes: PanelRow? {
        frontier("Quality by kept memory", "Keys and values of the kept context, KiB.", axis: "KiB") {
            $0.keptBytes > 0 ? $0.keptBytes / 1024 : nil
        }
    }

    private func frontier(
        _ title: String, _ description: String, axis: String, value: (Leaderboard.Entry) -> Double?
    ) -> PanelRow? {
        func points(_ row: Leaderboard.Row) -> [LineChart.Point] {
            row.entries.compactMap { entry in
                guard let x = value(entry), let score = entry.scores.first else { return nil }
                return .init(
                    x: x, y: score.scale * score.mean,
                    label: row.role == nil ? Figures.budget(entry.budget) : nil)
            }
        }
        let sign = section.primary?.isLowerBetter == true ? -1.0 : 1
        let all = section.rows.filter { $0.role != "lower" }.flatMap(points)
        let xs = all.map(\.x)
        guard let least = xs.min(), let most = xs.max() else { return nil }
        let best = all.filter { point in
            !all.contains {
                ($0.x < point.x && sign * $0.y >= sign * point.y)
                    || ($0.x <= point.x && sign * $0.y > sign * point.y)
            }
        }.sorted { $0.x < $1.x }
        // Only what is on the frontier says its ratio: the others would hide each other's.
        func labelled(_ points: [LineChart.Point]) -> [LineChart.Point] {
            points.map { point in
                var point = point
                if !best.contains(where: { $0.x == point.x && $0.y == point.y }) { point.label = nil }
                return point
            }
        }
        let line = LineChart.Series(
            name: "Pareto frontier", style: SeriesStyle.neutral,
            points: best.map { .init(x: $0.x, y: $0.y) }, hasMarkers: false)
        return panels(title, description + " The grey line is the Pareto frontier of all methods." + colors) {
            rows, picture in
            var picture = picture
            var shown = series(rows).map { row, series in
                var series = series
                series.points = labelled(points(row))
                series.isLine = false
                return series
            }
            if let full = rows.first(where: { $0.role == "upper" }) {
                shown.append(
                    LineChart.Series(
                        name: full.method, style: SeriesStyle.neutral, points: points(full), isLine: false))
            }
            guard shown.contains(where: { !$0.points.isEmpty }) else { return nil }
            picture.data = TextTable(
                ["Method"], numbers: ["Ratio", axis, metric],
                rows: rows.filter { $0.role != "lower" }.flatMap { row in
                    row.entries.compactMap { entry in
                        guard let x = value(entry), let score = entry.scores.first else { return nil }
                        let ratio = row.role == nil ? Figures.budget(entry.budget) : ""
                        return [row.method, ratio, Figures.fixed(x, 2), Figures.mean(score)]
                    }
                })
            let chart = LineChart(
                x: .init(title: axis, isLogarithmic: true, label: Figures.tick, range: least...most),
                y: scores, series: [line] + shown)
            picture.drawing = chart.draw()
            picture.legend = chart.legend
            return picture
        }
    }
}
