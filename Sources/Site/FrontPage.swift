import Leaderboards
import Results

/// index.html: what was measured, tables and pictures a task, how the compressors learned, where their
/// memory tokens look.
struct FrontPage {
    let site: Site
    let curves: [(training: TrainingRecord, points: [TrainingPoint])]
    private let chapters: [FrontChapter]
    private var board: Leaderboard { site.board }

    init(site: Site, curves: [(training: TrainingRecord, points: [TrainingPoint])]) {
        self.site = site
        self.curves = curves
        chapters = FrontChapter.all(site.board.sections)
    }

    var html: String {
        var body = heading
        if board.sections.isEmpty {
            body.append(.element("p", [:], "There are no results in this file yet."))
        } else {
            body.append(filters)
        }
        let styles = styles
        body += chapters.flatMap(\.parts).map { part in
            switch part.content {
            case .section(let section):
                FrontSection(
                    site: site, section: section, title: part.title, number: part.number, styles: styles
                ).html
            case .models(let sections):
                ModelTable(site: site, sections: sections, title: part.title, number: part.number).html
            }
        }
        body += LearningCurves(curves: curves).parts + site.attention.parts + provenance
        return Markup.page(title: "picbench: context compression compared", root: "", body)
    }

    /// Of each method, by its page's name, the place among its family where it first appears: its colour and its mark.
    private var styles: [String: Int] {
        var styles: [String: Int] = [:]
        for group in board.sections.flatMap(\.families) {
            for (place, row) in group.elements.filter({ $0.role == nil }).enumerated() {
                styles[site.slug(of: row)] = styles[site.slug(of: row)] ?? place
            }
        }
        return styles
    }

    // MARK: - What was measured

    private var heading: [Markup] {
        [
            .element("h1", [:], "Context compression compared"),
            .element("p", ["class": "lead"], Markup(whatWasMeasured)),
            .element("p", ["class": "lead"], Markup(whereItWasMeasured)),
            .element(
                "p", ["class": "soft"],
                """
                A ratio is context tokens ÷ decoder positions kept. Scores are percentages and higher is better, \
                unless a table says otherwise; the bar below a score is its 95% interval over documents, and over trainings where there are several, \
                on a scale from 0 to 100. Of the way: how far a score is from what guessing gets (no context, or \
                somebody else's memories where those were scored) to the full context, with its 95% interval. Bold: \
                ahead of every other method of all families by paired tests that count documents and trainings as \
                random (p < 0.05, Holm's correction over a table's tests).
                """),
            besides, .element("nav", ["class": "contents", "aria-label": "On this page"], contents),
        ]
    }

    /// `Model gazette-1m; question answering (200 examples), … on gazette:…`
    private var whatWasMeasured: String {
        let models = distinct(board.sections.map(\.model)).joined(separator: ", ")
        let datasets = distinct(board.sections.map(\.dataset)).joined(separator: "; ")
        let tasks = Leaderboard.groups(board.sections, by: \.taskID).map { sections in
            let examples = Set(sections.map(\.examples))
            return sections[0].task.lowercased()
                + (examples.count == 1 ? " (\(sections[0].examples))" : "")
        }
        return "Model \(models); \(tasks.joined(separator: ", ")) on \(datasets)."
    }

    private var whereItWasMeasured: String {
        let rows = board.sections.flatMap(\.rows).filter { $0.role == nil }
        let methods = distinct(rows.map { [$0.methodID, $0.parameters] }).count
        let budgets = Set(board.sections.flatMap(\.budgets)).sorted().map(Figures.budget)
        let hosts = distinct(
            board.runs.map { "\($0.cpu), \($0.threads) thread\($0.threads == 1 ? "" : "s")" }
        ).joined(separator: "; ")
        let date = board.runs.map(\.startedAt).max()?.prefix(10) ?? "an unknown day"
        return
            "\(methods) methods at \(budgets.joined(separator: ", ")), measured on \(hosts), last on \(date)."
    }

    private var besides: Markup {
        guard !site.neighbours.isEmpty else { return .empty }
        return .element("ul", ["class": "lead", "aria-label": "Other boards"], site.neighbours.map(\.item))
    }

    /// One line, or one a task where there are several datasets, models or ways to ask.
    private var contents: [Markup] {
        func links(_ targets: [(String, String)]) -> Markup {
            .joined(targets.map { .element("a", ["href": $0.0], Markup($0.1)) }, separator: " · ")
        }
        let more = [
            ("#learning", "Learning curves", !curves.isEmpty),
            ("#attention", "Where memory looks", !site.attention.isEmpty), ("#runs", "Runs", true),
        ].filter(\.2).map { ($0.0, $0.1) }
        let files = ["md", "csv", "json", "tex"].map { ("leaderboard.\($0)", $0) }
        if chapters.allSatisfy({ $0.parts.count == 1 }) {
            let tasks = chapters.flatMap(\.parts).map { ("#\($0.anchor)", $0.title) }
            return [links(tasks + more), " · The same as ", links(files)]
        }
        let tasks = chapters.map { chapter in
            let isWhole = chapter.parts.count == 1
            return Markup.element(
                "li", [:], Markup(isWhole ? "" : "\(chapter.task): "),
                links(chapter.parts.map { ("#\($0.anchor)", isWhole ? chapter.task : $0.label) }))
        }
        return [.element("ul", [:], tasks), links(more), " · The same as ", links(files)]
    }

    // MARK: - Choices

    private var filters: Markup {
        func choice(
            _ name: String, _ title: String, unset: String = "all", _ values: [(String, String)]
        ) -> Markup {
            guard values.count > 1 else { return .empty }
            return .element(
                "label", [:], Markup(title + " "),
                .element(
                    "select", ["name": name],
                    [.element("option", ["value": ""], Markup(unset))]
                        + values.map { .element("option", ["value": $0.0], Markup($0.1)) }))
        }
        let sections = board.sections
        let families = distinct(sections.flatMap { $0.rows.filter { $0.role == nil }.map(\.family) })
        let budgets = Set(sections.flatMap(\.budgets)).sorted()
        let metrics = distinct(
            sections.flatMap { section in section.metrics.map { [$0, section.name(of: $0)] } })
        return .element(
            "form", ["id": "filters", "hidden": ""],
            choice("task", "Task", distinct(sections.map { [$0.taskID, $0.task] }).map { ($0[0], $0[1]) }),
            choice("family", "Family", families.map { ($0, Figures.family($0)) }),
            choice("ratio", "Ratio", budgets.map { ($0.key, Figures.budget($0)) }),
            choice("metric", "Metric", unset: "each task's own", metrics.map { ($0[0], $0[1]) }),
            choice("model", "Model", distinct(sections.map(\.model)).map { ($0, $0) }),
            choice("dataset", "Data", distinct(sections.map(\.dataset)).map { ($0, $0) }))
    }

    private func distinct<T: Hashable>(_ values: [T]) -> [T] {
        Leaderboard.groups(values) { $0 }.map { $0[0] }
    }

    // MARK: - Who ran what where

    private var provenance: [Markup] {
        let compressors = board.trainings.map {
            Markup.element(
                "li", [:],
                Markup(
                    "compressor \($0.name) (\($0.methodID)), hash \($0.outputHash.prefix(12)), trained \($0.finishedAt), "
                        + "threads: \($0.threads)"))
        }
        return [
            .element("h2", ["id": "runs"], "What was run where"),
            board.runTable().html("What was run where"),
            compressors.isEmpty ? .empty : .element("ul", ["class": "soft"], compressors),
        ]
    }
}
