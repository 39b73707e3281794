import Leaderboards
import Results

/// One sample: question, scores, prediction beside the references, the context folded.
struct SampleArticle {
    let record: CellRecord
    let sample: SampleRecord
    /// The first sample of a document on a page shows its context, the others lead to it.
    let showsContext: Bool

    var html: Markup {
        let scores = record.metrics.compactMap { metric in
            sample.metrics[metric].map { value in
                Markup.element(
                    "span", ["class": metric == record.primaryMetric ? "chip main" : "chip"],
                    Markup("\(Figures.metric(metric)) \(Figures.score(value))"))
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
            showsContext ? context : contextLink)
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
        if record.role == nil, let kept = sample.keptText {
            summary += ", the \(sample.keptPositions) kept ones marked"
            content = KeptText(kept, in: sample.context).parts.map {
                $0.isKept ? .element("mark", [:], Markup($0.text)) : Markup($0.text)
            }
        } else if record.role == nil {
            summary += ", kept as \(sample.keptPositions) memory embeddings"
        }
        return .element(
            "details", [:],
            .element("summary", [:], Markup("\(summary), example \(sample.exampleID)")),
            .element("p", ["class": "context"], content))
    }
}
