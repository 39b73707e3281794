import Results
import Seeding

/// The samples of one cell, worst first, some a page, so that a person sees why a number is what it is.
struct CellPages {
    let cell: StoredCell
    let samples: [SampleRecord]

    private var record: CellRecord { cell.record }

    func write(_ writer: inout SiteWriter) throws {
        let metric = record.primaryMetric
        let sorted = samples.sorted {
            ($0.metrics[metric] ?? 0, $0.documentID, $0.exampleID) < (
                $1.metrics[metric] ?? 0, $1.documentID, $1.exampleID
            )
        }
        let size = Site.samplesPerPage
        let pages = max(1, (sorted.count + size - 1) / size)
        for page in 0..<pages {
            let shown = sorted[page * size..<min((page + 1) * size, sorted.count)]
            var articles: [Markup] = []
            for sample in shown {
                let (path, html) = context(of: sample)
                try writer.write(html, to: path)
                articles.append(article(sample, contextPath: "../" + path))
            }
            let name =
                record.role == nil
                ? "\(record.methodName) at \(Figures.ratio(record.ratio))" : record.methodName
            try writer.write(
                Markup.page(
                    title: "\(name), \(record.taskName): picbench", root: "../",
                    heading(name) + navigation(page, of: pages) + articles + navigation(page, of: pages)),
                to: Self.path(cell.id, page: page))
        }
    }

    static func path(_ id: Int64, page: Int) -> String {
        "cells/\(id)\(page == 0 ? "" : "-\(page + 1)").html"
    }

    private func heading(_ name: String) -> [Markup] {
        let kept = samples.reduce(0) { $0 + $1.keptPositions }
        let tokens = samples.reduce(0) { $0 + $1.contextTokens }
        var facts: [Markup] = []
        func fact(_ name: String, _ value: String) {
            facts += [.element("dt", [:], Markup(name)), .element("dd", [:], Markup(value))]
        }
        fact("Model", "\(record.modelName), hash \(record.modelHash.prefix(12))")
        if let adapter = record.adapterName {
            fact("Compressor", "\(adapter), hash \(record.adapterHash?.prefix(12) ?? "")")
        }
        fact("Parameters", record.parameters)
        fact("Dataset", record.datasetID)
        fact("Kept", "\(kept) of \(tokens) positions over all samples")
        fact("Seed", "\(record.seed)")
        fact("Row of the table cell", "\(cell.id)")
        if let failure = cell.failure { fact("Failed", failure) }
        return [
            .element("nav", [:], .element("a", ["href": "../index.html"], "All methods")),
            .element("h1", [:], Markup("\(name): \(record.taskName.lowercased())")),
            .element("dl", [:], facts),
            .element("p", ["class": "soft"], Markup("\(samples.count) samples, worst first.")),
        ]
    }

    private func navigation(_ page: Int, of pages: Int) -> [Markup] {
        guard pages > 1 else { return [] }
        let links = (0..<pages).map { i -> Markup in
            i == page
                ? .element("b", [:], Markup("\(i + 1)"))
                : .element("a", ["href": "../" + Self.path(cell.id, page: i)], Markup("\(i + 1)"))
        }
        return [.element("nav", ["aria-label": "Pages"], "Page ", .joined(links, separator: " "))]
    }

    private func article(_ sample: SampleRecord, contextPath: String) -> Markup {
        let scores = record.metrics.compactMap { metric in
            sample.metrics[metric].map { "\(Figures.metric(metric)) \(Figures.score($0))" }
        }
        var parts: [Markup] = [
            .element(
                "p", [:], .element("b", [:], Markup(sample.question)), " ",
                .element("span", ["class": "soft"], Markup(scores.joined(separator: ", ")))),
            .element("p", ["class": "soft"], "Prediction"),
            .element("blockquote", [:], Markup(sample.prediction)),
            .element("p", ["class": "soft"], sample.references.count == 1 ? "Reference" : "References"),
        ]
        parts += sample.references.map { .element("blockquote", [:], Markup($0)) }
        if let kept = sample.keptText, record.role == nil {
            parts += [
                .element(
                    "p", ["class": "soft"],
                    Markup("Kept: \(sample.keptPositions) of \(sample.contextTokens) tokens")),
                .element("blockquote", [:], Markup(kept)),
            ]
        }
        parts.append(
            .element(
                "details", [:],
                .element(
                    "summary", [:],
                    Markup("Context of \(sample.contextTokens) tokens, example \(sample.exampleID)")),
                .element(
                    "iframe",
                    [
                        "src": contextPath, "loading": "lazy",
                        "title": "Context of example \(sample.exampleID)",
                    ])))
        return .element("article", [:], parts)
    }

    /// A page of the context alone, shared by all samples that show it the same way. What a hard prompt
    /// kept of either end is marked in it.
    private func context(of sample: SampleRecord) -> (path: String, html: String) {
        let text = sample.context
        let kept = record.role == nil ? (sample.keptText ?? "").drop { $0 == " " } : ""
        var content: [Markup] = [Markup(text)]
        if !kept.isEmpty, text.hasPrefix(kept) {
            content = [
                .element("mark", [:], Markup(String(kept))), Markup(String(text.dropFirst(kept.count))),
            ]
        } else if !kept.isEmpty, text.hasSuffix(kept) {
            content = [
                Markup(String(text.dropLast(kept.count))), .element("mark", [:], Markup(String(kept))),
            ]
        }
        let page = Markup.page(title: "Context", root: "../", [.element("p", [:], content)])
        return ("contexts/\(SHA256.hex(of: page).prefix(16)).html", page)
    }
}
