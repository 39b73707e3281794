import Foundation

/// BLEU (Papineni et al. 2002) as sacrebleu computes it: 13a tokens, exponential smoothing.
public enum BLEU {
    /// The score of one sentence over its effective order, from 0 to 1.
    public static func sentence(_ prediction: String, _ references: [String]) -> Double {
        var numbers = WordNumbers<ArraySlice<Unicode.Scalar>>()
        let found = numbers.of(tokens(prediction))
        let golds = references.map { numbers.of(tokens($0)) }
        guard !golds.isEmpty, !found.isEmpty else { return 0 }
        var logs = 0.0
        var order = 0
        var smooth = 1.0
        for n in 1...4 {
            let grams = ROUGE.grams(found, n)
            let total = max(0, found.count - n + 1)
            guard total > 0 else { break }
            order = n
            var most: [ArraySlice<Int>: Int] = [:]
            for gold in golds { most.merge(ROUGE.grams(gold, n), uniquingKeysWith: max) }
            let correct = grams.reduce(0) { $0 + min($1.value, most[$1.key] ?? 0) }
            if n == 1, correct == 0 { return 0 }
            if correct == 0 {
                smooth *= 2
                logs += log(1 / (smooth * Double(total)))
            } else {
                logs += log(Double(correct) / Double(total))
            }
        }
        // The reference whose length is closest, the shorter of two.
        let lengths = golds.map(\.count)
        let closest = lengths.min { (abs($0 - found.count), $0) < (abs($1 - found.count), $1) } ?? 0
        let brevity = found.count < closest ? exp(1 - Double(closest) / Double(found.count)) : 1
        return brevity * exp(logs / Double(order))
    }

    /// mteval-v13a's tokens: punctuation apart, except inside numbers.
    static func tokens(_ text: String) -> [ArraySlice<Unicode.Scalar>] {
        var scalars = Array((" " + text + " ").unicodeScalars)
        for (old, new) in replaced where old.first.map(scalars.contains) ?? false {
            scalars = scalars.replacing(old, with: new)
        }
        var result: [Unicode.Scalar] = []
        func isDigit(_ i: Int) -> Bool { scalars.indices.contains(i) && ("0"..."9").contains(scalars[i]) }
        for (i, scalar) in scalars.enumerated() {
            let apart: Bool
            switch scalar {
            case "{"..."~", "["..."`", " "..."&", "("..."+", ":"..."@", "/": apart = scalar != " "
            case ".", ",": apart = !isDigit(i - 1) || !isDigit(i + 1)
            case "-": apart = isDigit(i - 1)
            default: apart = false
            }
            if apart { result.append(" ") }
            result.append(scalar)
            if apart { result.append(" ") }
        }
        return result.split(whereSeparator: \.separatesWords)
    }

    /// What mteval-v13a takes out first, in this order.
    private static let replaced: [([Unicode.Scalar], [Unicode.Scalar])] = [
        ("<skipped>", ""), ("-\n", ""), ("\n", " "), ("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"),
        ("&gt;", ">"),
    ].map { (Array($0.0.unicodeScalars), Array($0.1.unicodeScalars)) }
}
