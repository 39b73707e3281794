import Budgets
import Leaderboards

/// One task on the front page, with one model and dataset: scores by ratio, pictures, every figure.
struct FrontSection {
    let site: Site
    let section: Leaderboard.Section
    let title: String
    /// Counts the sections of the page from 1.
    let number: Int
    /// Colours and marks of methods on the whole page, by their pages' names.
    let styles: [String: Int]

    var html: Markup {
        var parts: [Markup] = [.element("h2", ["id": "task-\(number)"], Markup(title))]
        parts += section.metrics.map(scores)
        parts += section.remarks.map { .element("p", ["class": "soft"], Markup($0)) }
        if let warning = section.warning {
            parts.append(.element("p", ["class": "warning"], Markup("Warning: \(warning).")))
        }
        if !section.failures.isEmpty {
            let items = section.failures.map {
                Markup.element(
                    "li", [:], Markup("\($0.method) at \(Figures.budget($0.budget)): \($0.reason)"))
            }
            parts += [.element("h3", [:], "Failed"), .element("ul", [:], items)]
        }
        parts.append(.element("h3", [:], "Pictures"))
        parts += SectionPictures(section: section, key: site.slug, styles: styles).html
        parts += [
            .element("h3", [:], "All scores"), details, .element("h3", [:], "What an answer costs"),
            .element(
                "p", ["class": "soft"],
                Markup(
                    "KV: keys and values of the kept context. "
                        + (isTimed
                            ? "Milliseconds of one prompt at a time: \(section.medians)."
                            : "Times were not measured.")
                )
            ),
            costs,
        ]
        return .element(
            "section",
            [
                "data-task": section.taskID, "data-model": section.model, "data-dataset": section.dataset,
                "data-primary": section.primaryMetric,
            ], parts)
    }

    private func line(_ row: Leaderboard.Row, ratio: String? = nil, _ cells: [Markup]) -> Markup {
        .element("tr", ["class": row.role.map { _ in "reference" }, "data-ratio": ratio], cells)
    }

    /// The table of one metric; another than the headline is shown where it is chosen.
    private func scores(_ metric: String) -> Markup {
        let isPrimary = metric == section.primaryMetric
        let title =
            "\(section.headline(of: metric)), \(section.setting)" + (section.variant.map { " (\($0))" } ?? "")
        let heads =
            [Table.Head(title: "Method")]
            + section.columns.map { .init(title: Figures.budget($0), ratio: $0.key) }
        let place = isPrimary ? "" : "-\(section.metrics.firstIndex(of: metric) ?? 0)"
        return .element(
            "div", ["data-metric": metric, "hidden": isPrimary ? nil : ""],
            .element("p", ["class": "soft"], Markup(title)),
            Table(
                label: "\(title): \(section.name(of: metric))", id: "scores-\(number)\(place)", heads: heads,
                families: section.families
            ) { row in
                let name = Markup.element(
                    "td", [:], site.link(to: row), .element("small", [:], Markup(row.kind)))
                return [line(row, [name] + section.columns.map { scores(metric, at: $0, of: row) })]
            }.html)
    }

    private func scores(_ metric: String, at budget: Budget, of row: Leaderboard.Row) -> Markup {
        guard let entry = row.entry(at: budget),
            let score = entry.scores.first(where: { $0.metric == metric })
        else { return .element("td", ["data-ratio": budget.key]) }
        let interval = Figures.bounds(score)
        return .element(
            "td",
            [
                "class": "score", "data-value": "\(score.mean)", "data-ratio": budget.key,
                "style": score.isShare ? Self.bar(score) : nil,
            ], figure(score, of: entry), .element("small", [:], Markup(interval + entry.marks)))
    }

    private func figure(_ score: Leaderboard.Score, of entry: Leaderboard.Entry) -> Markup {
        let figure = Markup.element(
            "span", ["class": entry.isBest && score.metric == section.primaryMetric ? "best" : nil],
            Markup(Figures.mean(score)))
        guard let cell = entry.cells.first else { return figure }
        return .element("a", ["href": "cells/\(cell).html"], figure)
    }

    /// The place and the width of the interval's bar, as the style sheet wants them: a background's
    /// position is a share of what its width leaves free.
    private static func bar(_ score: Leaderboard.Score) -> String {
        let width = min(100, max(1.5, 100 * (score.high - score.low)))
        let left = min(100 - width, max(0, 100 * (score.high + score.low) / 2 - width / 2))
        let position = width < 100 ? 100 * left / (100 - width) : 0
        return "--at:\(svg(position))%;--wide:\(svg(width))%"
    }

    // MARK: - Every figure

    /// A row a method and a budget.
    /// - Parameter cells: what stands behind the method and the ratio
    private func table(
        _ name: String, id: String, _ titles: [String],
        cells: @escaping (Leaderboard.Entry, Leaderboard.Row) -> [Markup]
    ) -> Markup {
        Table(
            label: "\(title): \(name)", id: "\(id)-\(number)",
            heads: (["Method", "Ratio"] + titles).map { .init(title: $0) }, families: section.families
        ) { row in
            row.entries.map { entry in
                let isReference = row.role != nil
                let ratio = Self.cell(
                    isReference ? nil : entry.placeByRatio, isReference ? "" : Figures.budget(entry.budget))
                return line(
                    row, ratio: isReference ? "" : entry.budget.key,
                    [.element("td", [:], site.link(to: row)), ratio] + cells(entry, row))
            }
        }.html
    }

    private static func cell(_ value: Double?, _ text: String) -> Markup {
        .element("td", ["data-value": value.map { "\($0)" }], Markup(text))
    }

    private var details: Markup {
        table("all scores", id: "details", section.metrics.map(section.name) + ["Of the way"]) { entry, _ in
            section.metrics.map { metric in
                let score = entry.scores.first { $0.metric == metric }
                return Self.cell(score?.mean, score.map(Figures.mean) ?? "")
            } + [Self.cell(entry.shareOfWay?.share, entry.shareOfWay.map(Figures.share) ?? "")]
        }
    }

    private var isTimed: Bool { section.rows.flatMap(\.entries).contains { $0.latency != nil } }

    private var costs: Markup {
        let times: [(title: String, of: (Leaderboard.Latency) -> Leaderboard.Latency.Spread)] =
            isTimed
            ? [
                ("Compress, ms", \.compress), ("Prefill, ms", \.prefill),
                ("Decode a token, ms", \.decodePerToken),
            ] : []
        let titles =
            ["Achieved", "Positions", "KV"] + times.map(\.title) + ["Trained", "Sees the question"]
        return table("what an answer costs", id: "costs", titles) { entry, row in
            func answer(_ isTrue: Bool) -> Markup {
                row.role == nil ? Self.cell(isTrue ? 1 : 0, isTrue ? "yes" : "no") : Self.cell(nil, "")
            }
            return [
                Self.cell(
                    entry.achievedRatio, entry.achievedRatio.map { "\(Figures.fixed($0, 1))x" } ?? ""),
                Self.cell(entry.keptPositions, Figures.fixed(entry.keptPositions, 1)),
                Self.cell(entry.keptBytes, entry.keptBytes.map(Figures.bytes) ?? ""),
            ]
                + times.map { _, spread in
                    let found = entry.latency.map(spread)
                    return Self.cell(found?.median, found.map(Figures.milliseconds) ?? "")
                } + [answer(row.isTrained), answer(row.isQueryAware)]
        }
    }
}
