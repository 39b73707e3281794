import Leaderboards

/// The pictures of one task, each a pure function of the leaderboard's rows: a panel a family.
struct SectionPictures {
    let section: Leaderboard.Section
    /// What a method is called in all pictures of the site.
    let key: (Leaderboard.Row) -> String
    /// Of each method, by that name, the style that it has where it is alone.
    let styles: [String: Int]

    /// More than these of a family are grey until a reader chooses them: the best are not.
    private static let mostColored = 6

    var html: [Markup] {
        let rows = [qualityByRatio, qualityByLatency, qualityByBytes, latencyParts, breakEven]
        return PanelRow.html(rows.compactMap { $0 })
    }

    // MARK: - What pictures have in common

    /// Says which methods are grey, where some are.
    var colors: String {
        let most = section.families.map { $0.elements.count { $0.role == nil } }.max() ?? 0
        return most > Self.mostColored ? " The best \(Self.mostColored) of a family have colours." : ""
    }

    /// A picture of each family of which there is something to draw.
    /// - Parameter draw: a picture of a family's rows, references among them
    func panels(
        _ title: String, _ description: String, draw: ([Leaderboard.Row], Picture) -> Picture?
    ) -> PanelRow? {
        let pictures = section.families.compactMap { group in
            draw(
                group.elements,
                Picture(
                    title: title, description: description, drawing: .empty, data: TextTable([]),
                    family: group.family, caption: group.title))
        }
        return pictures.isEmpty ? nil : PanelRow(title: title, description: description, pictures: pictures)
    }

    /// Series of a family's methods, in their order, without points. A method has the same style in all sections, but
    /// where a better one has its colour.
    func series(_ rows: [Leaderboard.Row]) -> [(row: Leaderboard.Row, series: LineChart.Series)] {
        var used: Set<Int> = []
        return rows.filter { $0.role == nil }.enumerated().map { place, row in
            var style = styles[key(row)] ?? place
            if place < Self.mostColored {
                while used.contains(style % SeriesStyle.colors) { style += 1 }
                used.insert(style % SeriesStyle.colors)
            }
            let series = LineChart.Series(
                name: row.method, key: key(row), style: style, points: [],
                isMuted: place >= Self.mostColored)
            return (row, series)
        }
    }

    func reference(_ role: String) -> Leaderboard.Entry? {
        section.rows.first { $0.role == role }?.entries.first
    }

    var methods: [Leaderboard.Row] { section.rows.filter { $0.role == nil } }

    var metric: String { section.name(of: section.primaryMetric) + (isShare ? ", %" : "") }

    private var isShare: Bool { section.primary?.isShare ?? true }

    /// One that fits all families; that of percentages begins at 0.
    var scores: LineChart.Axis {
        let all = section.rows.flatMap(\.entries).compactMap(\.scores.first)
        let (low, high) = (all.map(\.low).min() ?? 0, all.map(\.high).max() ?? 1)
        return .init(
            title: metric, label: { isShare ? Figures.fixed($0, 0) : Figures.tick($0) },
            range: isShare ? 0...min(100, max(10, 100 * high)) : low...high)
    }

    // MARK: - Quality by ratio

    private var qualityByRatio: PanelRow? {
        // Where the entries of a grid stand on an axis of ratios.
        let places = Set(methods.flatMap(\.entries).map(\.placeByRatio)).sorted()
        guard let first = places.first, let last = places.last else { return nil }
        return panels(
            "Quality by ratio",
            "One line a method, with 95% intervals; full context and no context are dashed." + colors
        ) { rows, picture in
            var picture = picture
            picture.data = TextTable(["Method"], numbers: ["Ratio", metric, "95% low", "95% high"])
            let series = series(rows).map { row, series in
                var series = series
                for entry in row.entries {
                    guard let score = entry.scores.first else { continue }
                    picture.data.rows.append(
                        [row.method, Figures.budget(entry.budget)]
                            + [score.mean, score.low, score.high].map { Figures.number($0, of: score) })
                    series.points.append(
                        .init(
                            x: entry.placeByRatio, y: score.scale * score.mean,
                            interval: score.scale * score.low...score.scale * score.high))
                }
                return series
            }
            let chart = LineChart(
                x: .init(
                    title: "compression ratio", isLogarithmic: true, label: Figures.ratio, ticks: places,
                    range: first...last),
                y: scores, series: series + references(at: first))
            picture.drawing = chart.draw()
            picture.legend = chart.legend
            return picture
        }
    }

    private func references(at place: Double) -> [LineChart.Series] {
        [("upper", "Full context"), ("lower", "No context")].compactMap { role, name in
            guard let score = reference(role)?.scores.first else { return nil }
            return LineChart.Series(
                name: name, style: SeriesStyle.neutral,
                points: [.init(x: place, y: score.scale * score.mean)], isDashed: true)
        }
    }
}
