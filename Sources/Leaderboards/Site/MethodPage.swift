/// One method with its parameters: what it is and all its cells.
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
        fact("Parameters", Markup(row.parameters))
        if row.role == nil {
            fact("Trained", row.isTrained ? "yes" : "no")
            fact("Sees the question", row.isQueryAware ? "yes" : "no")
        }
        if let paper = note?.paper { fact("Paper", .element("a", ["href": paper], Markup(paper))) }
        return Markup.page(
            title: "\(row.method): picbench", root: "../",
            [
                .element("nav", [:], .element("a", ["href": "../index.html"], "All methods")),
                .element("h1", [:], Markup(row.method)), .element("p", [:], Markup(note?.summary ?? "")),
                .element("dl", [:], facts), .element("h2", [:], "All cells"),
                .element("div", ["class": "scroll"], cells),
            ])
    }

    private var cells: Markup {
        let titles = [
            "Task", "Dataset", "Model", "Ratio", "Achieved", "Metric", "Score, %", "95% interval",
            "Recovered", "Samples",
        ]
        let lines = rows.flatMap { section, row in
            row.entries.compactMap { entry -> Markup? in
                guard let score = entry.scores.first else { return nil }
                let texts = [
                    section.task, section.dataset, section.model,
                    row.role == nil ? Figures.ratio(entry.ratio) : "",
                    entry.achievedRatio.map { "\(Figures.fixed($0, 1))x" } ?? "",
                    Figures.metric(score.metric),
                    Figures.score(score.mean), "\(Figures.score(score.low))–\(Figures.score(score.high))",
                    entry.recoveredShare.map(Figures.share) ?? "",
                ]
                let links = entry.cells.enumerated().map { i, id in
                    Markup.element("a", ["href": "../cells/\(id).html"], Markup("seed \(entry.seeds[i])"))
                }
                return .element(
                    "tr", [:],
                    texts.map { .element("td", [:], Markup($0)) } + [
                        .element("td", [:], .joined(links, separator: ", "))
                    ])
            }
        }
        return .table(id: "cells", heads: titles.map { ($0, nil) }, lines)
    }
}
