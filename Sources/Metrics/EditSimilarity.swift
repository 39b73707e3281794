/// How alike two lines of code are, as `fuzzywuzzy` with `python-Levenshtein` computes it.
enum EditSimilarity {
    /// Twice the characters of the longest common subsequence among all characters of both, in hundredths.
    static func ratio(_ prediction: String, _ reference: String) -> Double {
        let (found, gold) = (Array(prediction.unicodeScalars), Array(reference.unicodeScalars))
        if found == gold { return 1 }
        guard !found.isEmpty, !gold.isEmpty else { return 0 }
        let length = Double(found.count + gold.count)
        let edits = length - 2 * Double(CommonSubsequence.length(found, gold))
        return (100 * (1 - edits / length)).rounded(.toNearestOrEven) / 100
    }

    /// The first line that is neither a comment nor a fence around code; empty where there is none.
    static func firstCodeLine(of output: String) -> String {
        output.unicodeScalars.drop { $0 == "\n" }.split(separator: "\n", omittingEmptySubsequences: false)
            .first { !$0.contains("`") && !$0.contains("#") && !$0.contains("//".unicodeScalars) }
            .map { String($0) } ?? ""
    }
}
