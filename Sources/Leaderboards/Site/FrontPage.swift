import Results

/// index.html: what was measured, a table and pictures a task, how the compressors learned.
struct FrontPage {
    let site: Site
    let curves: [(training: TrainingRecord, points: [TrainingPoint])]
    private var board: Leaderboard { site.board }

    var html: String {
        var body = heading
        if board.sections.isEmpty {
            body.append(.element("p", [:], "There are no results in this file yet."))
        }
        if !board.sections.isEmpty { body.append(filters) }
        for (i, section) in board.sections.enumerated() { body.append(show(section, number: i + 1)) }
        if !curves.isEmpty { body += LearningCurves(curves: curves).parts }
        body += site.attention.parts
        body += provenance
        return Markup.page(title: "picbench: context compression compared", root: "", body)
    }

    private var heading: [Markup] {
        let models = Set(board.sections.map(\.model)).sorted().joined(separator: ", ")
        let tasks = board.sections.map { "\($0.task.lowercased()) (\($0.examples))" }.joined(separator: ", ")
        let hosts = Set(board.runs.map { "\($0.cpu), \($0.threads) threads" }).sorted().joined(
            separator: "; ")
        let date = board.runs.map(\.startedAt).max()?.prefix(10) ?? ""
        return [
            .element("h1", [:], "Context compression compared"),
            .element("p", [:], "Model \(models). Examples: \(tasks)."),
            .element("p", [:], "Measured on \(hosts); last on \(String(date))."),
            .element(
                "p", ["class": "soft"],
                """
                A ratio is context tokens ÷ decoder positions kept. Scores are percentages with 95% bootstrap \
                intervals over documents. Recovered: the share of the way from no context to the full context. \
                Bold: ahead of the runner-up by more than chance.
                """),
            .element(
                "nav", [:], "The same as ", link("leaderboard.md", "Markdown"), ", ",
                link("leaderboard.csv", "CSV"), ", ",
                link("leaderboard.json", "JSON"), ", ", link("leaderboard.tex", "LaTeX"), "."),
        ]
    }

    private func link(_ path: String, _ text: String) -> Markup {
        .element("a", ["href": path], Markup(text))
    }

    private var filters: Markup {
        func choice(_ name: String, _ title: String, _ values: [(String, String)]) -> Markup {
            .element(
                "label", [:], Markup(title + " "),
                .element(
                    "select", ["name": name],
                    [.element("option", ["value": ""], "all")]
                        + values.map { .element("option", ["value": $0.0], Markup($0.1)) }))
        }
        func distinct<T: Hashable>(_ values: [T]) -> [T] { Leaderboard.groups(values) { $0 }.map { $0[0] } }
        let sections = board.sections
        let families = distinct(sections.flatMap { $0.rows.filter { $0.role == nil }.map(\.family) })
        let ratios = Set(sections.flatMap(\.ratios)).sorted()
        return .element(
            "form", ["id": "filters", "hidden": ""],
            choice("task", "Task", distinct(sections.map { [$0.taskID, $0.task] }).map { ($0[0], $0[1]) }),
            choice("family", "Family", families.map { ($0, Figures.family($0)) }),
            choice("ratio", "Ratio", ratios.map { ("\($0)", Figures.ratio($0)) }),
            choice("model", "Model", distinct(sections.map(\.model)).map { ($0, $0) }))
    }

    private func show(_ section: Leaderboard.Section, number: Int) -> Markup {
        var parts: [Markup] = [
            .element("h2", [:], Markup(section.task)),
            .element(
                "p", ["class": "soft"],
                Markup("\(Figures.metric(section.primaryMetric)), \(section.setting)")),
            .element("div", ["class": "scroll"], scores(section, id: "scores-\(number)")),
        ]
        if !section.failures.isEmpty {
            let items = section.failures.map {
                Markup.element("li", [:], Markup("\($0.method) at \(Figures.ratio($0.ratio)): \($0.reason)"))
            }
            parts += [.element("h3", [:], "Failed"), .element("ul", [:], items)]
        }
        parts += [
            .element("h3", [:], "All scores, and what an answer costs"),
            .element("div", ["class": "scroll"], details(section, id: "details-\(number)")),
            .element("h3", [:], "Pictures"),
            .element("div", ["class": "pictures"], SectionPictures(section: section).all.map(\.figure)),
        ]
        return .element("section", ["data-task": section.taskID, "data-model": section.model], parts)
    }

    private func name(_ row: Leaderboard.Row) -> Markup {
        link("methods/\(site.slug(of: row)).html", row.method)
    }

    private func line(_ row: Leaderboard.Row, ratio: String? = nil, _ cells: [Markup]) -> Markup {
        .element(
            "tr",
            ["class": row.role.map { _ in "reference" }, "data-family": row.family, "data-ratio": ratio],
            cells)
    }

    private func scores(_ section: Leaderboard.Section, id: String) -> Markup {
        let ratios = section.columns
        let rows = section.rows.map { row in
            line(
                row,
                [.element("td", [:], name(row), .element("small", [:], Markup(row.kind)))]
                    + ratios.map { ratio in
                        guard let entry = row.entry(at: ratio), let score = entry.scores.first else {
                            return .element("td", ["data-ratio": "\(ratio)"])
                        }
                        let figure = Markup.element(
                            "span", ["class": entry.isBest ? "best" : nil], Markup(Figures.score(score.mean)))
                        let shown = entry.cells.first.map {
                            Markup.element("a", ["href": "cells/\($0).html"], figure)
                        }
                        return .element(
                            "td", ["data-value": "\(score.mean)", "data-ratio": "\(ratio)"], shown ?? figure,
                            .element(
                                "small", [:],
                                Markup(
                                    "\(Figures.score(score.low))–\(Figures.score(score.high))\(entry.marks)"
                                )))
                    })
        }
        let heads = [("Method", nil)] + ratios.map { (Figures.ratio($0), "\($0)" as String?) }
        return .table(id: id, heads: heads, rows)
    }

    private func details(_ section: Leaderboard.Section, id: String) -> Markup {
        let titles =
            ["Method", "Ratio", "Achieved"] + section.metrics.map(Figures.metric)
            + [
                "Positions", "KV", "Compress, ms", "Prefill, ms", "Decode a token, ms", "Trained",
                "Sees the question",
            ]
        let rows = section.rows.flatMap { row in
            row.entries.map { entry in
                func cell(_ value: Double?, _ text: String) -> Markup {
                    .element("td", ["data-value": value.map { "\($0)" }], Markup(text))
                }
                func time(_ spread: Leaderboard.Latency.Spread?) -> Markup {
                    cell(spread?.median, spread.map(Figures.milliseconds) ?? "")
                }
                let scores = section.metrics.map { metric in
                    let score = entry.scores.first { $0.metric == metric }
                    return cell(score?.mean, score.map { Figures.score($0.mean) } ?? "")
                }
                let isReference = row.role != nil
                return line(
                    row, ratio: isReference ? "" : "\(entry.ratio)",
                    [
                        .element("td", [:], name(row)),
                        cell(isReference ? nil : entry.ratio, isReference ? "" : Figures.ratio(entry.ratio)),
                        cell(
                            entry.achievedRatio, entry.achievedRatio.map { "\(Figures.fixed($0, 1))x" } ?? ""),
                    ] + scores + [
                        cell(entry.keptPositions, Figures.fixed(entry.keptPositions, 1)),
                        cell(entry.keptBytes, Figures.bytes(entry.keptBytes)), time(entry.latency?.compress),
                        time(entry.latency?.prefill), time(entry.latency?.decodePerToken),
                        cell(nil, isReference ? "" : row.isTrained ? "yes" : "no"),
                        cell(nil, isReference ? "" : row.isQueryAware ? "yes" : "no"),
                    ])
            }
        }
        return .table(id: id, heads: titles.map { ($0, nil) }, rows)
    }

    private var provenance: [Markup] {
        let compressors = board.trainings.map {
            Markup.element(
                "li", [:],
                Markup(
                    "compressor \($0.name) (\($0.methodID)), hash \($0.outputHash.prefix(12)), trained \($0.finishedAt), "
                        + "threads: \($0.threads)"))
        }
        return [
            .element("h2", [:], "What was run where"),
            .element("div", ["class": "scroll"], board.runTable().html),
            compressors.isEmpty ? .empty : .element("ul", ["class": "soft"], compressors),
        ]
    }
}
