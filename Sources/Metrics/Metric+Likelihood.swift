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
        return Double(target.isBest.count { $0 }) / Double(target.tokens.count)
    }

    /// What a token of the first reference costs, in nats.
    public static let nats = Metric(
        id: "nats", name: "Nats a token", direction: .lowerIsBetter, range: 0...(.infinity), needs: .target
    ) { answer in
        guard let target = answer.target, !target.tokens.isEmpty else { return 0 }
        return max(0, -target.logLikelihood / Double(target.tokens.count))
    }

    /// Whether the most likely choice, a token on average, is one of the references.
    public static let choiceAccuracy = Metric(
        id: "accuracy", name: "Accuracy", needs: .options
    ) { answer in
        let scores = answer.options.map { $0.logLikelihood / Double(max(1, $0.tokens.count)) }
        guard let best = scores.indices.max(by: { scores[$0] < scores[$1] }) else { return 0 }
        return answer.references.contains(answer.choices[best]) ? 1 : 0
    }

    /// How far the decoder's distributions behind the kept context are from those behind the full one, on
    /// the first reference: mean Kullback-Leibler divergence a token, in nats.
    public static let divergence = Metric(
        id: "kl", name: "KL from full context", direction: .lowerIsBetter, range: 0...(.infinity),
        needs: [.target, .distributions]
    ) { answer in
        guard let logits = answer.target?.logits, logits.kept.rows > 0 else { return 0 }
        let (kept, full) = (logits.kept.values, logits.full.values)
        let width = logits.kept.width
        let sum = (0..<logits.kept.rows).reduce(0.0) { sum, row in
            let own = row * width..<(row + 1) * width
            return sum + divergence(from: Array(full[own]), to: Array(kept[own]))
        }
        return max(0, sum / Double(logits.kept.rows))
    }

    /// Σ p ln(p / q) of the softmax p of `full` and q of `kept`.
    private static func divergence(from full: [Float], to kept: [Float]) -> Double {
        func logSum(_ scores: [Float]) -> Double {
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
