import Contract
import Foundation

/// Scores of how the decoder predicts given tokens, which any model can be compared by.
extension Metric {
    /// The share of the first reference's tokens that the decoder predicts, each from those before. An
    /// empty reference counts as predicted.
    public static let tokenAccuracy = Metric(
        id: "token_accuracy", name: "Token accuracy", needs: .target
    ) { answer in
        guard let target = answer.target, !target.tokens.isEmpty else { return 1 }
        return target.shareOfBest
    }

    /// What a token of the first reference costs, in nats. Not of items without a reference.
    public static let nats = Metric(
        id: "nats", name: "Nats a token", direction: .lowerIsBetter, range: 0...(.infinity), needs: .target
    ) { $0.target.flatMap(\.natsPerToken) }

    /// e to the nats a token of the first reference: among how many equally likely tokens the decoder chooses.
    public static let perplexity = Metric(
        id: "perplexity", name: "Perplexity", direction: .lowerIsBetter, range: 1...(.infinity),
        needs: .target
    ) { $0.target.flatMap(\.natsPerToken).map(exp) }

    /// Whether the most likely choice, a token on average, is one of the references.
    public static let choiceAccuracy = Metric(
        id: "accuracy", name: "Accuracy", needs: .options
    ) { answer in
        let scores = answer.options.map { $0.logLikelihood / Double(max(1, $0.tokens.count)) }
        guard let best = scores.indices.max(by: { scores[$0] < scores[$1] }) else { return nil }
        return answer.references.contains(answer.choices[best]) ? 1 : 0
    }
}

/// How close the decoder stays to itself behind the full context, on its own answer there: no reference is
/// needed.
extension Metric {
    /// How far its distributions are from those behind the full context: mean Kullback-Leibler divergence
    /// a token, in nats.
    public static let divergence = Metric(
        id: "kl", name: "KL from full context", direction: .lowerIsBetter, range: 0...(.infinity),
        needs: .ownAnswer
    ) { answer in
        guard let logits = answer.own?.logits, logits.kept.rows > 0 else { return nil }
        let (kept, full) = (logits.kept.values, logits.full.values)
        let width = logits.kept.width
        let sum = (0..<logits.kept.rows).reduce(0.0) { sum, row in
            let own = row * width..<(row + 1) * width
            return sum + divergence(from: full[own], to: kept[own])
        }
        return max(0, sum / Double(logits.kept.rows))
    }

    /// The share of tokens of the full context's answer that are the most likely ones here too.
    public static let agreement = Metric(
        id: "agreement", name: "Top-token agreement", needs: .ownAnswer
    ) { $0.own.flatMap { $0.tokens.isEmpty ? nil : $0.shareOfBest } }

    /// e to what a token of the full context's answer costs here.
    public static let ownPerplexity = Metric(
        id: "own_perplexity", name: "Perplexity of the full context's answer", direction: .lowerIsBetter,
        range: 1...(.infinity), needs: .ownAnswer
    ) { $0.own.flatMap(\.natsPerToken).map(exp) }

    /// Σ p ln(p / q) of the softmax p of `full` and q of `kept`.
    private static func divergence(from full: ArraySlice<Float>, to kept: ArraySlice<Float>) -> Double {
        func logSum(_ scores: ArraySlice<Float>) -> Double {
            let most = Double(scores.max() ?? 0)
            return most + log(scores.reduce(0) { $0 + exp(Double($1) - most) })
        }
        let (ofFull, ofKept) = (logSum(full), logSum(kept))
        return zip(full, kept).reduce(0) { sum, pair in
            let p = Double(pair.0) - ofFull
            return sum + exp(p) * (p - (Double(pair.1) - ofKept))
        }
    }
}

extension Prediction {
    /// The share of tokens that have the highest score.
    fileprivate var shareOfBest: Double { Double(isBest.count { $0 }) / Double(isBest.count) }

    /// Nil of no tokens.
    fileprivate var natsPerToken: Double? {
        tokens.isEmpty ? nil : max(0, -logLikelihood / Double(tokens.count))
    }
}
