import Leaderboards
import Results

/// The samples of one cell, worst first, some a page, so that a person sees why a number is what it is.
struct CellPages {
    let site: Site
    let cell: StoredCell
    /// Where it is on the board.
    let place: Site.Place

    private var record: CellRecord { cell.record }
    static let samplesPerPage = 50

    func write(_ writer: inout SiteWriter) throws {
        let shown = min(cell.scores.count, site.mostSamples ?? .max)
        let pages = max(1, (shown + Self.samplesPerPage - 1) / Self.samplesPerPage)
        var page = 0
        var samples: [SampleRecord] = []
        // One page's samples are in memory at a time.
        try site.store.forEachSample(of: cell.id, worstFirstBy: record.primaryMetric, limit: shown) {
            samples.append($0)
            guard samples.count == Self.samplesPerPage else { return }
            try write(samples, page: page, of: pages, shown: shown, &writer)
            page += 1
            samples = []
        }
        if page == 0 || !samples.isEmpty {
            try write(samples, page: page, of: pages, shown: shown, &writer)
        }
    }

    static func path(_ id: Int64, page: Int = 0) -> String {
        "cells/\(id)\(page == 0 ? "" : "-\(page + 1)").html"
    }

    private var name: String {
        record.role == nil
            ? "\(place.row.method) at \(Figures.budget(record.budget))" : place.row.method
    }

    private func write(
        _ samples: [SampleRecord], page: Int, of pages: Int, shown: Int, _ writer: inout SiteWriter
    ) throws {
        let links = navigation(page, of: pages)
        var body: [Markup] = [.element("h1", [:], Markup("\(name): \(record.taskName.lowercased())"))]
        if page == 0 { body += facts }
        body.append(.element("p", ["class": "soft"], Markup(count(shown))))
        body.append(links)
        var documents: Set<String> = []
        body += samples.map {
            SampleArticle(
                record: record, metrics: site.snapshot.metrics, sample: $0,
                showsContext: documents.insert($0.documentID).inserted
            ).html
        }
        if !samples.isEmpty { body.append(links) }
        let way: [Markup] = [
            .element("a", ["href": "../methods/\(place.slug).html"], Markup(place.row.method)),
            Markup("\(record.taskName), \(Figures.budget(record.budget))"),
        ]
        try writer.write(
            Markup.page(title: "\(name), \(record.taskName): picbench", root: "../", way: way, body),
            to: Self.path(cell.id, page: page))
    }

    private func count(_ shown: Int) -> String {
        let all = cell.scores.count
        guard shown < all else { return "\(all) samples, worst first." }
        return "The \(shown) worst of \(all) samples; 'picbench export html' without a limit, or "
            + "'picbench export csv --rows samples', writes all of them."
    }

    private var facts: [Markup] {
        var facts: [Markup] = []
        func fact(_ name: String, _ value: Markup) {
            facts += [.element("dt", [:], Markup(name)), .element("dd", [:], value)]
        }
        let entry = place.entry
        for score in entry.scores {
            fact(site.name(of: score.metric), .element("b", [:], Markup(Figures.interval(score))))
        }
        if let spread { fact("Of the samples", Markup(spread)) }
        if let share = entry.shareOfWay { fact("Of the way", Markup(Figures.share(share))) }
        if let achieved = entry.achievedRatio {
            fact(
                "Kept",
                Markup(
                    "\(Figures.fixed(entry.keptPositions, 1)) positions"
                        + (entry.keptBytes.map { ", \(Figures.bytes($0)) of keys and values" } ?? "")
                        + ": \(Figures.fixed(achieved, 2))x"))
        }
        if let latency = entry.latency {
            fact(
                "Milliseconds, median of \(latency.samples)",
                Markup(
                    "compress \(Figures.milliseconds(latency.compress)), prefill "
                        + "\(Figures.milliseconds(latency.prefill)), decode a token "
                        + Figures.milliseconds(latency.decodePerToken)))
        }
        fact("Model", Markup("\(record.modelName), hash \(record.modelHash.prefix(12))"))
        if let adapter = record.adapterName {
            fact("Compressor", Markup("\(adapter), hash \(record.adapterHash?.prefix(12) ?? "")"))
        }
        fact("Parameters", Markup(record.parameters))
        fact("Dataset", Markup(record.datasetID))
        fact("Seed", Markup("\(record.seed)"))
        fact("Runs", Markup(cell.runs.map { "\($0)" }.joined(separator: ", ")))
        return [.element("dl", [:], facts)]
    }

    /// How the headline's scores are spread: `72 at 0, 6 between, 122 at 100`; nil for what is no share.
    private var spread: String? {
        guard place.entry.scores.first?.isShare ?? true,
            let column = record.metrics.firstIndex(of: record.primaryMetric)
        else { return nil }
        let values = cell.scores.map { $0.values[column] }
        let (none, full) = (values.count { $0 == 0 }, values.count { $0 == 1 })
        return "\(none) at 0, \(values.count - none - full) between, \(full) at 100 "
            + site.name(of: record.primaryMetric)
    }

    private func navigation(_ page: Int, of pages: Int) -> Markup {
        guard pages > 1 else { return .empty }
        func link(_ page: Int, _ text: String) -> Markup {
            .element("a", ["href": "../" + Self.path(cell.id, page: page)], Markup(text))
        }
        // All of a few pages, or the ends and the neighbours of many.
        let near = (0..<pages).filter { pages <= 12 || $0 == 0 || $0 == pages - 1 || abs($0 - page) <= 3 }
        let links = near.map { i in
            i == page ? Markup.element("b", [:], Markup("\(i + 1)")) : link(i, "\(i + 1)")
        }
        let next = page + 1 < pages ? [link(page + 1, "next")] : []
        return .element(
            "nav", ["aria-label": "Pages"], "Page ", .joined(links + next, separator: " "))
    }
}
