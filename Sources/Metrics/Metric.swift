/// A score of one prediction against its references: a description, a function and a worst value.
public struct Metric: Sendable {
    public let id: String
    public let name: String
    /// The score of an answer that has nothing right. All scores lie in 0...1, higher is better.
    public let worst: Double = 0
    /// The best score over all references.
    public let score: @Sendable (_ prediction: String, _ references: [String]) -> Double

    public static let exactMatch = Metric(id: "em", name: "Exact match", score: SQuADScore.exactMatch)
    public static let f1 = Metric(id: "f1", name: "F1", score: SQuADScore.f1)
    public static let rouge1 = Metric(id: "rouge1", name: "ROUGE-1") {
        ROUGE.best($0, $1) { ROUGE.n($0, $1, 1) }
    }
    public static let rouge2 = Metric(id: "rouge2", name: "ROUGE-2") {
        ROUGE.best($0, $1) { ROUGE.n($0, $1, 2) }
    }
    public static let rougeL = Metric(id: "rougeL", name: "ROUGE-L") { ROUGE.best($0, $1, ROUGE.l) }
    public static let bleu = Metric(id: "bleu", name: "BLEU", score: BLEU.sentence)

    public static let all = [exactMatch, f1, rouge1, rouge2, rougeL, bleu]

    public static func named(_ id: String) -> Metric? {
        all.first { $0.id == id }
    }
}
