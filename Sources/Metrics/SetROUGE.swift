/// ROUGE-L as the Python package `rouge` (1.0.1) computes it: over sets of words, in which a word counts once.
///
/// `ROUGE` is the package `rouge-score`, of which most papers report; LongBench uses this one.
enum SetROUGE {
    /// The F-measure of the words in the longest common subsequences of every sentence of the reference with every
    /// sentence of the output, taken together. 0 where one side has no sentence.
    static func l(_ prediction: String, _ reference: String) -> Double {
        var numbers = WordNumbers<ArraySlice<Unicode.Scalar>>()
        let found = sentences(prediction).map { numbers.of($0) }
        let gold = sentences(reference).map { numbers.of($0) }
        guard !found.isEmpty, !gold.isEmpty else { return 0 }
        var common: Set<Int> = []
        for sentence in gold {
            // Which one, where there are several, is the package's choice.
            for other in found {
                common.formUnion(CommonSubsequence.places(of: other, in: sentence).map { other[$0] })
            }
        }
        let precision = Double(common.count) / Double(Set(found.joined()).count)
        let recall = Double(common.count) / Double(Set(gold.joined()).count)
        return 2 * (precision * recall / (precision + recall + 1e-8))
    }

    /// Every full stop ends one, also that of a number. One of white space alone has the empty word.
    private static func sentences(_ text: String) -> [[ArraySlice<Unicode.Scalar>]] {
        Array(text.unicodeScalars).split(separator: ".").map { sentence in
            let words = sentence.split(whereSeparator: \.separatesWords)
            return words.isEmpty ? [[]] : words
        }
    }
}
