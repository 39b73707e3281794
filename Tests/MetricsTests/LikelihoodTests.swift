import Contract
import Foundation
import Metrics
import Tensors
import Testing

/// Scores of predictions, against values worked out by hand.
struct LikelihoodTests {
    private func answer(
        _ logLikelihoods: [Float], isBest: [Bool] = [], options: [[Float]] = [], choices: [String] = [],
        logits: (kept: Tensor, full: Tensor)? = nil
    ) -> Answer {
        func prediction(_ values: [Float], _ isBest: [Bool]) -> Prediction {
            Prediction(tokens: values.map { _ in 7 }, logLikelihoods: values, isBest: isBest, logits: logits)
        }
        return Answer(
            output: "", references: ["b"], choices: choices, target: prediction(logLikelihoods, isBest),
            options: options.map { prediction($0, []) }, own: prediction(logLikelihoods, isBest))
    }

    @Test func `nats and accuracy are means a token`() {
        #expect(Metric.nats.score(answer([-1, -3])) == 2)
        #expect(Metric.tokenAccuracy.score(answer([-1, -3], isBest: [true, false])) == 0.5)
        #expect(abs((Metric.perplexity.score(answer([-1, -3])) ?? 0) - exp(2)) < 1e-12)
        #expect(Metric.nats.score(answer([])) == nil && Metric.tokenAccuracy.score(answer([])) == 1)
        #expect(Metric.nats.direction == .lowerIsBetter && Metric.nats.range.upperBound == .infinity)
    }

    @Test func `a choice is the likeliest a token, however long`() {
        let likelier = answer([], options: [[-2], [-1, -1.5, -1]], choices: ["a", "b"])
        let lessLikely = answer([], options: [[-0.5], [-1, -1.5, -1]], choices: ["a", "b"])
        #expect(Metric.choiceAccuracy.score(likelier) == 1 && Metric.choiceAccuracy.score(lessLikely) == 0)
        #expect(Metric.choiceAccuracy.score(answer([])) == nil)
    }

    /// scipy.special.rel_entr([0.5, 0.5], [0.9, 0.1]).sum(): 0.5108256
    @Test func `divergence is that of the softmaxes`() {
        let full = Tensor([0, 0], shape: [1, 2])
        let kept = Tensor([Float(log(0.9)), Float(log(0.1))], shape: [1, 2])
        let found = Metric.divergence.score(answer([-1], logits: (kept, full))) ?? .nan
        #expect(abs(found - 0.5108256) < 1e-6)
        #expect(Metric.divergence.score(answer([-1], logits: (full, full))) == 0)
    }

    @Test func `a model is compared with its own answer behind the full context`() {
        let own = answer([-1, -3], isBest: [true, false])
        #expect(Metric.agreement.score(own) == 0.5 && Metric.agreement.score(answer([])) == nil)
        #expect(abs((Metric.ownPerplexity.score(own) ?? 0) - exp(2)) < 1e-12)
    }
}
