/// The measures that LongBench scores its sets by, each as its evaluation script computes it, from 0 to 1.
///
/// Chinese words are the exception: the script cuts them with jieba, whose dictionary is not here
/// (`MixedWords`). The two measures that count them are named for what they count.
public enum LongBenchMeasure: String, CaseIterable, Sendable {
    case f1
    case characterF1 = "character_f1"
    case rouge
    case characterROUGE = "character_rouge"
    case classification
    case retrieval
    case count
    case codeSimilarity = "code_similarity"

    /// For tables.
    public var name: String {
        switch self {
        case .f1: "F1"
        case .characterF1: "F1 of Chinese characters"
        case .rouge: "ROUGE-L of sets of words"
        case .characterROUGE: "ROUGE-L of sets of Chinese characters"
        case .classification: "Classification"
        case .retrieval: "Retrieval"
        case .count: "Count"
        case .codeSimilarity: "Edit similarity"
        }
    }

    /// The score of an output, best over the references.
    /// - Parameter choices: the labels of a classification
    /// - Returns: nil where no reference has what the measure compares
    func score(_ output: String, _ references: [String], choices: [String]) -> Double? {
        let scores: [Double] =
            switch self {
            case .f1:
                references.map { Self.f1(SQuADScore.normalize(output), SQuADScore.normalize($0)) }
            case .characterF1:
                references.map { Self.f1(MixedWords.normalized(output), MixedWords.normalized($0)) }
            case .rouge: references.map { SetROUGE.l(output, $0) }
            case .characterROUGE:
                references.map { SetROUGE.l(MixedWords.spaced(output), MixedWords.spaced($0)) }
            case .classification: references.map { LabelScore.share(of: $0, in: output, labels: choices) }
            case .retrieval:
                references.compactMap(NumberShare.passage).map { NumberShare.share(of: $0, in: output) }
            case .count: references.map { NumberShare.share(of: $0, in: output) }
            case .codeSimilarity:
                references.map { EditSimilarity.ratio(EditSimilarity.firstCodeLine(of: output), $0) }
            }
        return scores.max()
    }

    /// Over words, 0 where one side has none.
    private static func f1(_ found: [Substring], _ gold: [Substring]) -> Double {
        found.isEmpty || gold.isEmpty ? 0 : SQuADScore.Overlap(found, gold).f1
    }
}
