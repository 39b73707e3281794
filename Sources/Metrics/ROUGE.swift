/// ROUGE F-measures (Lin 2004) as the `rouge-score` package computes them, without stemming.
public enum ROUGE {
    /// Runs of a-z and 0-9 in lower case.
    static func tokens(_ text: String) -> [ArraySlice<UInt8>] {
        Array(text.lowercased().utf8).split {
            !(UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                && !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        }
    }

    static func best(
        _ prediction: String, _ references: [String], _ score: ([Int], [Int]) -> Double
    ) -> Double {
        var numbers = WordNumbers<ArraySlice<UInt8>>()
        let found = numbers.of(tokens(prediction))
        return references.map { score(found, numbers.of(tokens($0))) }.max() ?? 0
    }

    /// Overlap of n-grams.
    static func n(_ found: [Int], _ gold: [Int], _ n: Int) -> Double {
        let a = grams(found, n)
        let b = grams(gold, n)
        let common = a.reduce(0) { $0 + min($1.value, b[$1.key] ?? 0) }
        return fMeasure(common, max(found.count - n + 1, 0), max(gold.count - n + 1, 0))
    }

    /// The longest common subsequence.
    static func l(_ found: [Int], _ gold: [Int]) -> Double {
        return fMeasure(CommonSubsequence.length(found, gold), found.count, gold.count)
    }

    /// The union of longest common subsequences of each sentence, a line, of the reference with those of the
    /// output, best over the references.
    static func lSum(_ prediction: String, _ references: [String]) -> Double {
        func sentences(_ text: String, _ numbers: inout WordNumbers<ArraySlice<UInt8>>) -> [[Int]] {
            text.split(separator: "\n").map { numbers.of(tokens(String($0))) }.filter { !$0.isEmpty }
        }
        var numbers = WordNumbers<ArraySlice<UInt8>>()
        let found = sentences(prediction, &numbers)
        return references.map { lSum(found, sentences($0, &numbers)) }.max() ?? 0
    }

    private static func lSum(_ found: [[Int]], _ gold: [[Int]]) -> Double {
        func counts(_ sentences: [[Int]]) -> [Int: Int] {
            sentences.joined().reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
        var (leftFound, leftGold) = (counts(found), counts(gold))
        var hits = 0
        for sentence in gold {
            // Each word counts as often as both sides have it.
            let places = Set(found.flatMap { CommonSubsequence.places(of: sentence, in: $0) }).sorted()
            for word in places.map({ sentence[$0] })
            where leftFound[word, default: 0] > 0 && leftGold[word, default: 0] > 0 {
                hits += 1
                leftFound[word]? -= 1
                leftGold[word]? -= 1
            }
        }
        return fMeasure(hits, found.joined().count, gold.joined().count)
    }

    private static func fMeasure(_ common: Int, _ found: Int, _ gold: Int) -> Double {
        guard common > 0 else { return 0 }
        let precision = Double(common) / Double(found)
        let recall = Double(common) / Double(gold)
        return 2 * precision * recall / (precision + recall)
    }

    static func grams(_ tokens: [Int], _ n: Int) -> [ArraySlice<Int>: Int] {
        guard tokens.count >= n else { return [:] }
        return (0...tokens.count - n).reduce(into: [:]) { $0[tokens[$1..<$1 + n], default: 0] += 1 }
    }
}
