import Budgets
import Leaderboards

/// One task on the front page: scores by ratio, every figure, pictures.
struct FrontSection {
    let site: Site
    let section: Leaderboard.Section
    /// Counts the sections of the page from 1.
    let number: Int

    var html: Markup {
        var parts: [Markup] = [
            .element("h2", ["id": "task-\(number)"], Markup(section.task))
        ]
        parts += section.metrics.map(scores)
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
        parts += [
            .element("h3", [:], "All scores, and what an answer costs"),
            .element(
                "p", ["class": "soft"],
                "KV: keys and values of the kept context. Milliseconds: median (95th percentile) of one prompt at a time."
            ),
            .element("div", ["class": "scroll"], details),
            .element("h3", [:], "Pictures"),
            .element("div", ["class": "pictures"], SectionPictures(section: section).all.map(\.figure)),
        ]
        return .element(
            "section",
            [
                "data-task": section.taskID, "data-model": section.model,
                "data-primary": section.primaryMetric,
            ], parts)
    }

    private func name(_ row: Leaderboard.Row) -> Markup {
        .element("a", ["href": "methods/\(site.slug(of: row)).html"], Markup(row.method))
    }

    private func line(_ row: Leaderboard.Row, ratio: String? = nil, _ cells: [Markup]) -> Markup {
        .element(
            "tr",
            ["class": row.role.map { _ in "reference" }, "data-family": row.family, "data-ratio": ratio],
            cells)
    }

    /// The table of one metric; another than the headline is shown where it is chosen.
    private func scores(_ metric: String) -> Markup {
        let isPrimary = metric == section.primaryMetric
        let title =
            "\(section.headline(of: metric)), \(section.setting)" + (section.variant.map { " (\($0))" } ?? "")
        let rows = section.rows.map { row in
            line(
                row,
                [.element("td", [:], name(row), .element("small", [:], Markup(row.kind)))]
                    + section.columns.map { scores(metric, at: $0, of: row) })
        }
        let heads = [("Method", nil)] + section.columns.map { (Figures.budget($0), $0.key as String?) }
        let place = isPrimary ? "" : "-\(section.metrics.firstIndex(of: metric) ?? 0)"
        return .element(
            "div", ["data-metric": metric, "hidden": isPrimary ? nil : ""],
            .element("p", ["class": "soft"], Markup(title)),
            .element("div", ["class": "scroll"], .table(id: "scores-\(number)\(place)", heads: heads, rows)))
    }

    private func scores(_ metric: String, at budget: Budget, of row: Leaderboard.Row) -> Markup {
        guard let entry = row.entry(at: budget),
            let score = entry.scores.first(where: { $0.metric == metric })
        else { return .element("td", ["data-ratio": budget.key]) }
        let interval = [score.low, score.high].map { Figures.number($0, of: score) }.joined(separator: "–")
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

    private var details: Markup {
        let titles =
            ["Method", "Ratio", "Achieved"] + section.metrics.map(section.name)
            + [
                "Recovered", "Positions", "KV", "Compress, ms", "Prefill, ms", "Decode a token, ms",
                "Trained", "Sees the question",
            ]
        let rows = section.rows.flatMap { row in row.entries.map { detail($0, of: row) } }
        return .table(id: "details-\(number)", heads: titles.map { ($0, nil) }, rows)
    }

    private func detail(_ entry: Leaderboard.Entry, of row: Leaderboard.Row) -> Markup {
        func cell(_ value: Double?, _ text: String) -> Markup {
            .element("td", ["data-value": value.map { "\($0)" }], Markup(text))
        }
        func time(_ spread: Leaderboard.Latency.Spread?) -> Markup {
            cell(spread?.median, spread.map(Figures.milliseconds) ?? "")
        }
        let scores = section.metrics.map { metric in
            let score = entry.scores.first { $0.metric == metric }
            return cell(score?.mean, score.map(Figures.mean) ?? "")
        }
        let isReference = row.role != nil
        func answer(_ isTrue: Bool) -> Markup {
            isReference ? cell(nil, "") : cell(isTrue ? 1 : 0, isTrue ? "yes" : "no")
        }
        return line(
            row, ratio: isReference ? "" : entry.budget.key,
            [
                .element("td", [:], name(row)),
                cell(isReference ? nil : entry.placeByRatio, isReference ? "" : Figures.budget(entry.budget)),
                cell(entry.achievedRatio, entry.achievedRatio.map { "\(Figures.fixed($0, 1))x" } ?? ""),
            ] + scores + [
                cell(entry.recoveredShare, entry.recoveredShare.map(Figures.share) ?? ""),
                cell(entry.keptPositions, Figures.fixed(entry.keptPositions, 1)),
                cell(entry.keptBytes, Figures.bytes(entry.keptBytes)), time(entry.latency?.compress),
                time(entry.latency?.prefill), time(entry.latency?.decodePerToken), answer(row.isTrained),
                answer(row.isQueryAware),
            ])
    }
}
