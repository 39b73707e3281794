import Budgets
import Foundation

/// How numbers are written, the same in every export for people.
package enum Figures {
    /// A score as a percentage: `74.2`
    package static func score(_ value: Double) -> String { fixed(100 * value, 1) }

    /// `74.2 (70.1–78.3)`
    package static func interval(_ score: Leaderboard.Score) -> String {
        "\(mean(score)) (\(bounds(score)))"
    }

    /// `86.0–88.5`, the ends of the interval
    package static func bounds(_ score: Leaderboard.Score) -> String {
        "\(number(score.low, of: score))–\(number(score.high, of: score))"
    }

    /// A score as tables show it: a percentage, or a number with three digits.
    package static func mean(_ score: Leaderboard.Score) -> String { number(score.mean, of: score) }

    package static func number(_ value: Double, of score: Leaderboard.Score) -> String {
        score.isShare ? self.score(value) : fixed(value, 3)
    }

    /// `4x`, `64 positions`
    package static func budget(_ budget: Budget) -> String { budget.description }

    /// `78%`
    package static func share(_ value: Double) -> String { "\(fixed((100 * value).rounded() + 0, 0))%" }

    /// `4x`, `2.5x`
    package static func ratio(_ value: Double) -> String {
        value == value.rounded() && value < 1e15 ? "\(Int(value))x" : "\(value)x"
    }

    /// `78% (71–84)`, `-8% (-10 to -6)`
    package static func share(_ share: Leaderboard.ShareOfWay) -> String {
        func whole(_ value: Double) -> String { fixed((100 * value).rounded() + 0, 0) }
        guard let low = share.low, let high = share.high else { return self.share(share.share) }
        return "\(self.share(share.share)) (\(whole(low))\(low < 0 ? " to " : "–")\(whole(high)))"
    }

    /// Milliseconds: `1.25 (1.18–1.40)`, a median with its interval where there is one.
    package static func milliseconds(_ spread: Leaderboard.Latency.Spread) -> String {
        let median = fixed(1000 * spread.median, 2)
        guard let low = spread.low, let high = spread.high else { return median }
        return "\(median) (\(fixed(1000 * low, 2))–\(fixed(1000 * high, 2)))"
    }

    /// A p-value: `0.0132`, `<0.0001`.
    package static func pValue(_ value: Double) -> String { value < 0.0001 ? "<0.0001" : fixed(value, 4) }

    /// `+4.1`, or with three digits where it is no share.
    package static func signed(_ value: Double, isShare: Bool) -> String {
        (value < 0 ? "" : "+") + (isShare ? score(value) : fixed(value, 3))
    }

    /// `12.5 KiB`
    package static func bytes(_ value: Double) -> String {
        value < 1024
            ? "\(Int(value.rounded())) B"
            : value < 1024 * 1024 ? "\(fixed(value / 1024, 1)) KiB" : "\(fixed(value / 1024 / 1024, 1)) MiB"
    }

    /// A number on an axis: `0.15`, `1.5`, `20`.
    package static func tick(_ value: Double) -> String {
        let text = fixed(value, value < 1 ? 2 : value < 10 ? 1 : 0)
        guard text.contains(".") else { return text }
        return String(text.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed())
    }

    package static func fixed(_ value: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", value)
    }

    package static func metric(_ id: String) -> String {
        switch id {
        case "em": "EM"
        case "f1": "F1"
        case "bleu": "BLEU"
        case "token_accuracy": "Token accuracy"
        case "rouge1": "ROUGE-1"
        case "rouge2": "ROUGE-2"
        case "rougeL": "ROUGE-L"
        default: id
        }
    }

    /// The families that there are, in the order of tables.
    package static let familiesInOrder = ["soft-prompt", "hard-prompt", "kv-cache"]

    /// One method's: `soft prompt`.
    package static func family(_ id: String) -> String {
        id == "kv-cache" ? "KV cache" : id.replacing("-", with: " ")
    }

    /// What stands over several methods: `Soft prompts`.
    package static func families(_ id: String) -> String {
        switch id {
        case "soft-prompt": "Soft prompts"
        case "hard-prompt": "Hard prompts"
        case _: family(id)
        }
    }
}
