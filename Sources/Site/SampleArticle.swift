import Leaderboards
import Results

/// One sample: question, scores, prediction beside the references, the context folded.
struct SampleArticle {
    let record: CellRecord
    let metrics: [String: MetricRecord]
    let sample: SampleRecord
    /// The first sample of a document on a page shows its context, the others lead to it.
    let showsContext: Bool

    var html: Markup {
        let scores = record.metrics.compactMap { metric in
            sample.metrics[metric].map { value in
                Markup.element(
                    "span", ["class": metric == record.primaryMetric ? "chip main" : "chip"],
                    Markup("\(name(of: metric)) \(figure(value, metric))"))
            }
        }
        return .element(
            "article", ["id": showsContext ? anchor : nil],
            .element(
                "h2", [:], Markup(sample.question), " ", .joined(scores, separator: " ")),
            .element(
                "div", ["class": "pair"],
                .element("div", [:], label("Prediction"), quote(sample.prediction)),
                .element(
                    "div", [:],
                    [label(sample.references.count == 1 ? "Reference" : "References")]
                        + sample.references.map(quote))),
            showsContext ? context : contextLink, prompt)
    }

    private func name(of metric: String) -> String { metrics[metric]?.name ?? Figures.metric(metric) }

    private func figure(_ value: Double, _ metric: String) -> String {
        metrics[metric]?.isShare ?? true ? Figures.score(value) : Figures.fixed(value, 3)
    }

    private var anchor: String { "document-\(sample.documentID.filter { $0.isLetter || $0.isNumber })" }

    private func label(_ text: String) -> Markup { .element("p", ["class": "soft"], Markup(text)) }

    private func quote(_ text: String) -> Markup {
        .element("blockquote", [:], Markup(text.isEmpty ? "(nothing)" : text))
    }

    private var contextLink: Markup {
        .element(
            "p", ["class": "soft"],
            .element("a", ["href": "#\(anchor)"], "The same context as above"),
            Markup(", example \(sample.exampleID)"))
    }

    private var context: Markup {
        var summary = "Context of \(sample.contextTokens) tokens"
        var content = [Markup(sample.context)]
        var more: [Markup] = []
        if record.role == nil, let spans = sample.keptSpans {
            summary += ", the \(sample.keptPositions) kept ones marked"
            content = Self.marked(sample.context, spans)
        } else if record.role == nil, let kept = sample.keptText {
            summary += ", kept as \(sample.keptPositions) tokens"
            more = [label("What is kept"), .element("p", ["class": "context"], Markup(kept))]
        } else if record.role == nil {
            summary += ", kept as \(sample.keptPositions) memory embeddings"
        }
        return .element(
            "details", [:],
            [
                .element("summary", [:], Markup("\(summary), example \(sample.exampleID)")),
                .element("p", ["class": "context"], content),
            ] + more)
    }

    /// The exact prompt; what is kept stands between its parts.
    private var prompt: Markup {
        guard let prompt = sample.prompt else { return .empty }
        return .element(
            "details", [:], .element("summary", [:], "Prompt"),
            .element(
                "p", ["class": "context"], Markup(prompt.before), .element("mark", [:], "{context}"),
                Markup(prompt.after)))
    }

    /// A text with stretches marked.
    /// - Parameter spans: their ends in bytes of its UTF-8, ascending, two a stretch
    static func marked(_ text: String, _ spans: [Int]) -> [Markup] {
        let bytes = Array(text.utf8)
        var result: [Markup] = []
        var next = 0
        func add(_ end: Int, isMarked: Bool) {
            let end = min(max(end, next), bytes.count)
            defer { next = end }
            guard end > next else { return }
            let part = Markup(String(decoding: bytes[next..<end], as: UTF8.self))
            result.append(isMarked ? .element("mark", [:], part) : part)
        }
        for i in stride(from: 0, to: spans.count - 1, by: 2) {
            add(spans[i], isMarked: false)
            add(spans[i + 1], isMarked: true)
        }
        add(bytes.count, isMarked: false)
        return result
    }
}
