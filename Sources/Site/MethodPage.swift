import Leaderboards

/// One method with its parameters: what it is, how far it gets, and all its cells.
struct MethodPage {
    let site: Site
    let rows: [(section: Leaderboard.Section, row: Leaderboard.Row)]

    var html: String {
        let row = rows[0].row
        let note = site.notes[row.methodID]
        var facts: [Markup] = []
        func fact(_ name: String, _ value: Markup) {
            facts += [.element("dt", [:], Markup(name)), .element("dd", [:], value)]
        }
        fact("Family", Markup(Figures.family(row.family)))
        fact("Written as", .element("code", [:], Markup(row.methodID)))
        fact("Parameters", .element("code", [:], Markup(row.parameters)))
        if row.role == nil {
            fact("Trained", row.isTrained ? "yes" : "no")
            fact("Sees the question", row.isQueryAware ? "yes" : "no")
        }
        if let paper = note?.paper { fact("Paper", .element("a", ["href": paper], Markup(paper))) }
        var body: [Markup] = [.element("h1", [:], Markup(row.method))]
        if let summary = note?.summary {
            body.append(.element("p", ["class": "lead"], Markup(summary)))
        }
        body += [
            .element("dl", [:], facts), .element("h2", [:], "All cells"),
            cells, .element("div", ["class": "pictures"], waysToFull.map(\.figure)),
        ]
        return Markup.page(
            title: "\(row.method): picbench", root: "../", way: [Markup(row.method)], body)
    }

    private var cells: Markup {
        let titles = [
            "Task", "Ratio", "Score", "Of the way", "Achieved", "Samples", "Dataset", "Model",
        ]
        let lines = rows.flatMap { section, row in
            row.entries.compactMap { entry -> Markup? in
                guard let score = entry.scores.first else { return nil }
                func cell(_ value: Double?, _ text: String) -> Markup {
                    .element("td", ["data-value": value.map { "\($0)" }], Markup(text))
                }
                let links = entry.cells.enumerated().map { i, id in
                    Markup.element(
                        "a", ["href": "../\(CellPages.path(id))"], Markup("seed \(entry.seeds[i])"))
                }
                return .element(
                    "tr", [:],
                    [
                        cell(nil, section.task),
                        cell(entry.placeByRatio, row.role == nil ? Figures.budget(entry.budget) : ""),
                        .element(
                            "td", ["data-value": "\(score.mean)"], Markup(Figures.mean(score)),
                            .element(
                                "small", [:],
                                Markup("\(Figures.bounds(score)) \(section.name(of: score.metric))"))),
                        cell(entry.shareOfWay?.share, entry.shareOfWay.map(Figures.share) ?? ""),
                        cell(
                            entry.achievedRatio, entry.achievedRatio.map { "\(Figures.fixed($0, 1))x" } ?? ""),
                        .element("td", [:], .joined(links, separator: ", ")),
                        .element("td", ["class": "text"], Markup(section.dataset)),
                        .element("td", ["class": "text"], Markup(section.model)),
                    ])
            }
        }
        return Table(
            label: "All cells", id: "cells",
            heads: titles.map { .init(title: $0, isText: ["Dataset", "Model"].contains($0)) },
            bodies: [.init(rows: lines)]
        ).html
    }

    /// The share of the way by ratio: a picture a model and dataset, with one line a task.
    private var waysToFull: [Picture] {
        let settings = Leaderboard.groups(rows) { [$0.section.modelHash, $0.section.dataset] }
        let ratios = Set(
            rows.flatMap(\.row.entries).filter { $0.shareOfWay != nil }.map(\.placeByRatio)
        ).sorted()
        guard let first = ratios.first, let last = ratios.last else { return [] }
        return settings.compactMap { places in
            var table = TextTable(["Task"], numbers: ["Ratio", "Of the way, %", "95% low", "95% high"])
            let series = places.enumerated().compactMap { i, place -> LineChart.Series? in
                let (section, row) = place
                let name = section.task + (section.variant.map { " (\($0))" } ?? "")
                let points = row.entries.compactMap { entry -> LineChart.Point? in
                    guard let way = entry.shareOfWay else { return nil }
                    table.rows.append(
                        [name, Figures.budget(entry.budget)]
                            + [way.share, way.low, way.high].map { $0.map(Figures.score) ?? "" })
                    return .init(
                        x: entry.placeByRatio, y: 100 * way.share,
                        interval: way.interval.map { 100 * $0.lowerBound...100 * $0.upperBound })
                }
                return points.isEmpty ? nil : .init(name: name, key: "line-\(i)", style: i, points: points)
            }
            guard !series.isEmpty else { return nil }
            let ends = series.flatMap(\.points).flatMap { point in
                [point.y] + (point.interval.map { [$0.lowerBound, $0.upperBound] } ?? [])
            }
            let chart = LineChart(
                x: .init(
                    title: "compression ratio", isLogarithmic: true, label: Figures.ratio, ticks: ratios,
                    range: first...last),
                y: .init(
                    title: "of the way, %", label: { Figures.fixed($0, 0) },
                    range: min(0, ends.min() ?? 0)...max(100, ends.max() ?? 100)),
                series: series)
            let section = places[0].section
            return Picture(
                title: "Share of the way to the full context's quality"
                    + (settings.count > 1 ? ": \(section.model) on \(section.dataset)" : ""),
                description:
                    "One line a task, with 95% intervals; 0 is what guessing scores, 100 the full context.",
                drawing: chart.draw(), legend: chart.legend, data: table)
        }
    }
}
