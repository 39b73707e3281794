import Leaderboards

/// What quality costs: points with the line that no other point is better than in both respects, as far as that is known.
extension SectionPictures {
    /// Generated tokens that an answer's latency is worked out for.
    static let answerTokens = 16.0

    var qualityByLatency: PanelRow? {
        frontier(
            "Quality by latency of the first answer",
            "Milliseconds of compressing, prefill and \(Int(Self.answerTokens)) tokens.", axis: "milliseconds"
        ) { entry in
            entry.latency.map { latency in
                func total(_ value: (Leaderboard.Latency.Spread) -> Double?) -> Double? {
                    let parts = [latency.compress, latency.prefill, latency.decodePerToken].map(value)
                    guard let compress = parts[0], let prefill = parts[1], let token = parts[2] else {
                        return nil
                    }
                    return 1000 * (compress + prefill + Self.answerTokens * token)
                }
                let median = total(\.median) ?? 0
                // Ends of all parts together: wider than the sum's own interval.
                return Cost(value: median, low: total(\.low), high: total(\.high))
            }
        }
    }

    var qualityByBytes: PanelRow? {
        frontier("Quality by kept memory", "Keys and values of the kept context, KiB.", axis: "KiB") {
            entry in
            guard let value = entry.keptBytes.map({ $0 / 1024 }), value > 0 else { return nil }
            return Cost(value: value, low: value, high: value)
        }
    }

    /// What an entry costs, with a 95% interval where it has one.
    private struct Cost {
        let value: Double
        let low: Double?
        let high: Double?
    }

    /// An entry's place, and which way is up.
    private struct Place {
        let cost: Cost
        let score: Leaderboard.Score
        let sign: Double

        /// Whether it is better than another one by more than both intervals.
        func isAbove(_ other: Place) -> Bool {
            sign > 0 ? score.low > other.score.high : score.high < other.score.low
        }

        /// Whether it costs more than another one by more than both intervals.
        func isDearer(than other: Place) -> Bool {
            guard let low = cost.low, let high = other.cost.high else { return false }
            return low > high
        }
    }

    /// The Pareto frontier as far as intervals tell its points apart: from the cheapest, each next one costs more and is
    /// better than the one before it.
    private static func separated(_ places: [Place]) -> [Place] {
        let frontier = places.filter { place in
            !places.contains {
                ($0.cost.value < place.cost.value && $0.sign * $0.score.mean >= $0.sign * place.score.mean)
                    || ($0.cost.value <= place.cost.value
                        && $0.sign * $0.score.mean > $0.sign * place.score.mean)
            }
        }.sorted { $0.cost.value < $1.cost.value }
        return frontier.reduce(into: []) { kept, place in
            guard let last = kept.last else {
                kept = [place]
                return
            }
            if place.isAbove(last), place.isDearer(than: last) { kept.append(place) }
        }
    }

    private func frontier(
        _ title: String, _ description: String, axis: String, cost: (Leaderboard.Entry) -> Cost?
    ) -> PanelRow? {
        let sign = section.primary?.isLowerBetter == true ? -1.0 : 1
        func place(_ entry: Leaderboard.Entry) -> Place? {
            guard let cost = cost(entry), let score = entry.scores.first else { return nil }
            return Place(cost: cost, score: score, sign: sign)
        }
        func points(_ row: Leaderboard.Row) -> [LineChart.Point] {
            row.entries.compactMap { entry in
                place(entry).map {
                    .init(
                        x: $0.cost.value, y: $0.score.scale * $0.score.mean,
                        label: row.role == nil ? Figures.budget(entry.budget) : nil)
                }
            }
        }
        let places = section.rows.filter { $0.role != "lower" }.flatMap(\.entries).compactMap(place)
        let xs = places.map(\.cost.value)
        guard let least = xs.min(), let most = xs.max() else { return nil }
        let best = Self.separated(places).map {
            LineChart.Point(x: $0.cost.value, y: $0.score.scale * $0.score.mean)
        }
        // Only what is on the line says its ratio: the others would hide each other's.
        func labelled(_ points: [LineChart.Point]) -> [LineChart.Point] {
            points.map { point in
                var point = point
                if !best.contains(where: { $0.x == point.x && $0.y == point.y }) { point.label = nil }
                return point
            }
        }
        let line = LineChart.Series(
            name: "Pareto frontier", style: SeriesStyle.neutral,
            points: best, hasMarkers: false)
        let remark =
            best.count > 1
            ? " The grey line is the Pareto frontier of all methods, through those points of it that intervals tell apart."
            : " No points of the Pareto frontier are told apart by their intervals."
        return panels(title, description + remark + colors) { rows, picture in
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
                        guard let place = place(entry) else { return nil }
                        let ratio = row.role == nil ? Figures.budget(entry.budget) : ""
                        return [
                            row.method, ratio, Figures.fixed(place.cost.value, 2), Figures.mean(place.score),
                        ]
                    }
                })
            let chart = LineChart(
                x: .init(title: axis, isLogarithmic: true, label: Figures.tick, range: least...most),
                y: scores, series: (best.count > 1 ? [line] : []) + shown)
            picture.drawing = chart.draw()
            picture.legend = chart.legend
            return picture
        }
    }
}
