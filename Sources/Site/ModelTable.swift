import Budgets
import Leaderboards

/// One task's scores on one dataset with several models: a row a method, a column a model and a budget.
struct ModelTable {
    let site: Site
    /// One a model and a way to ask it.
    let sections: [Leaderboard.Section]
    let title: String
    /// Counts the tables of models from 1.
    let number: Int

    /// A method's rows, nil where a model has none.
    private struct Method {
        let first: Leaderboard.Row
        let rows: [Leaderboard.Row?]
    }

    var html: Markup {
        let metrics = Leaderboard.groups(sections.flatMap(\.metrics)) { $0 }.map { $0[0] }
        return .element(
            "section",
            [
                "data-task": sections[0].taskID, "data-dataset": sections[0].dataset,
                "data-primary": sections[0].primaryMetric,
            ],
            [.element("h2", ["id": "models-\(number)"], Markup(title))]
                + metrics.enumerated().map { table($1, number: $0) })
    }

    /// In the order in which the models' tables first have them.
    private var methods: [Method] {
        func key(_ row: Leaderboard.Row) -> [String] { [row.methodID, row.method, row.parameters] }
        return Leaderboard.groups(sections.flatMap(\.rows), by: key).map { rows in
            Method(
                first: rows[0],
                rows: sections.map { section in section.rows.first { key($0) == key(rows[0]) } })
        }
    }

    private func table(_ metric: String, number place: Int) -> Markup {
        let isPrimary = metric == sections[0].primaryMetric
        let headline = sections.first { $0.metrics.contains(metric) }?.headline(of: metric) ?? metric
        let heads =
            [Table.Head(title: "Method")]
            + sections.flatMap { section in
                section.columns.map {
                    .init(
                        title: Figures.budget($0),
                        over: section.model + (section.variant.map { " (\($0))" } ?? ""), ratio: $0.key,
                        model: section.model, isFirst: $0 == section.columns.first)
                }
            }
        let table = Table(
            label: "\(title): \(headline)", id: "models-\(number)-\(place)", heads: heads,
            families: FamilyGroup.groups(methods) { $0.first }
        ) { method in
            let cells = zip(sections, method.rows).flatMap { section, row in
                section.columns.map { cell(metric, at: $0, of: row, in: section) }
            }
            return [
                .element(
                    "tr", ["class": method.first.role.map { _ in "reference" }],
                    [.element("td", [:], site.link(to: method.first))] + cells)
            ]
        }
        return .element(
            "div", ["data-metric": metric, "hidden": isPrimary ? nil : ""],
            .element(
                "p", ["class": "soft"], Markup("\(headline), \(sections[0].dataset), by model and ratio")),
            table.html)
    }

    private func cell(
        _ metric: String, at budget: Budget, of row: Leaderboard.Row?, in section: Leaderboard.Section
    ) -> Markup {
        let entry = row?.entry(at: budget)
        let score = entry?.scores.first { $0.metric == metric }
        func cell(_ value: Double?, _ children: Markup...) -> Markup {
            .element(
                "td",
                [
                    "class": budget == section.columns.first ? "first" : nil,
                    "data-value": value.map { "\($0)" }, "data-ratio": budget.key,
                    "data-model": section.model,
                ], children)
        }
        guard let entry, let score, let page = entry.cells.first else { return cell(nil) }
        let interval = Figures.bounds(score)
        let isBest = entry.isBest && metric == section.primaryMetric
        return cell(
            score.mean,
            .element(
                "a", ["href": CellPages.path(page), "class": isBest ? "best" : nil],
                Markup(Figures.mean(score))), .element("small", [:], Markup(interval)))
    }
}
