import Contract
import Foundation

extension Metric {
    public static let exactMatch = Metric(id: "em", name: "EM", text: SQuADScore.exactMatch)
    public static let f1 = Metric(id: "f1", name: "F1", text: SQuADScore.f1)
    public static let precision = Metric(id: "precision", name: "Precision") {
        SQuADScore.overlap($0, $1).precision
    }
    public static let recall = Metric(id: "recall", name: "Recall") { SQuADScore.overlap($0, $1).recall }
    public static let contains = Metric(id: "contains", name: "Contains", text: SQuADScore.contains)
    public static let rouge1 = Metric(id: "rouge1", name: "ROUGE-1") {
        ROUGE.best($0, $1) { ROUGE.n($0, $1, 1) }
    }
    public static let rouge2 = Metric(id: "rouge2", name: "ROUGE-2") {
        ROUGE.best($0, $1) { ROUGE.n($0, $1, 2) }
    }
    public static let rougeL = Metric(id: "rougeL", name: "ROUGE-L") { ROUGE.best($0, $1, ROUGE.l) }
    public static let rougeLsum = Metric(id: "rougeLsum", name: "ROUGE-Lsum", text: ROUGE.lSum)
    public static let bleu = Metric(id: "bleu", name: "BLEU", text: BLEU.sentence)

    /// Those of texts, which a file of predictions can be scored by.
    public static let ofTexts = [
        exactMatch, f1, precision, recall, contains, rouge1, rouge2, rougeL, rougeLsum, bleu,
        finalAnswer,
    ]

    /// Whether the output comes to a reference. Where that is a number, the last number of the output is
    /// what it comes to, as in grade-school mathematics; where it is a label, the output's first words.
    public static let finalAnswer = Metric(id: "final_answer", name: "Final answer") { output, references in
        references.contains { reference in
            if let wanted = FinalNumber(reference) { return FinalNumber.last(in: output) == wanted }
            let label = SQuADScore.normalize(reference)
            return !label.isEmpty && SQuADScore.normalize(output).starts(with: label)
        } ? 1 : 0
    }

    /// The share of outputs that ended at their limit, and might have gone on: high values say that the
    /// model does not end its answers, or that the limit is short.
    public static let cutOff = Metric(id: "cut_off", name: "At limit", direction: .lowerIsBetter) {
        $0.isCutOff ? 1 : 0
    }

    /// A metric over the items that have an answer alone, or over those that have none.
    public func ofItems(answerable: Bool) -> Metric {
        let base = self
        return Metric(
            id: "\(id)_\(answerable ? "has_answer" : "no_answer")",
            name: "\(name), \(answerable ? "answerable" : "unanswerable")", version: version,
            direction: direction, range: range, needs: needs
        ) { $0.references.isEmpty == answerable ? nil : base.score($0) }
    }
}

/// A number as people write it, with commas between thousands.
private struct FinalNumber: Equatable {
    let value: Double

    /// Nil where the text is not a number and nothing else.
    init?(_ text: String) {
        let digits = text.trimmingCharacters(in: .whitespaces).filter { $0 != "," && $0 != "$" }
        guard digits.wholeMatch(of: /-?\d+(?:\.\d+)?/) != nil, let value = Double(digits) else { return nil }
        self.value = value
    }

    static func last(in text: String) -> FinalNumber? {
        text.matches(of: /-?\d[\d,]*(?:\.\d+)?/).last.flatMap { FinalNumber(String($0.output)) }
    }
}
