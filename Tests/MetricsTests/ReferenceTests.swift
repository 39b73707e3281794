import Contract
import Foundation
import Metrics
import Testing

/// Scores of awkward texts against rouge-score, sacrebleu and the SQuAD rules
/// (Tests/References/metrics.py).
struct ReferenceTests {
    private struct Case: Decodable {
        let prediction: String
        let references: [String]
        let scores: [String: Double]
    }

    @Test(arguments: [
        "em", "f1", "precision", "recall", "rouge1", "rouge2", "rougeL", "rougeLsum", "bleu",
    ])
    func `agrees to 1e-6`(_ id: String) throws {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/scores", withExtension: "json"))
        let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: url))
        let metric = try #require(Metric.ofTexts.first { $0.id == id })
        #expect(cases.count > 500)
        for sample in cases {
            let found = try #require(
                metric.score(Answer(output: sample.prediction, references: sample.references)))
            let expected = try #require(sample.scores[id])
            #expect(
                abs(found - expected) < 1e-6, "\(sample.prediction.debugDescription) \(sample.references)")
        }
    }

    @Test func `without references nothing is right, and nobody crashes`() {
        for metric in Metric.ofTexts {
            #expect((0...1).contains(metric.score(Answer(output: "a", references: [])) ?? -1))
        }
    }
}
