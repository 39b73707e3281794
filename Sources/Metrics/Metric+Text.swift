import Contract

extension Metric {
    public static let exactMatch = Metric(id: "em", name: "EM", text: SQuADScore.exactMatch)
    public static let f1 = Metric(id: "f1", name: "F1", text: SQuADScore.f1)
    public static let rouge1 = Metric(id: "rouge1", name: "ROUGE-1") {
        ROUGE.best($0, $1) { ROUGE.n($0, $1, 1) }
    }
    public static let rouge2 = Metric(id: "rouge2", name: "ROUGE-2") {
        ROUGE.best($0, $1) { ROUGE.n($0, $1, 2) }
    }
    public static let rougeL = Metric(id: "rougeL", name: "ROUGE-L") { ROUGE.best($0, $1, ROUGE.l) }
    public static let bleu = Metric(id: "bleu", name: "BLEU", text: BLEU.sentence)

    /// Those of texts, which a file of predictions can be scored by.
    public static let ofTexts = [exactMatch, f1, rouge1, rouge2, rougeL, bleu]
}
