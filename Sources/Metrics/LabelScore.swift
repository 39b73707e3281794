/// LongBench's score of an output that is to name one of some labels.
enum LabelScore {
    /// One among the labels that the output mentions, if the right one is; those that are part of the right one
    /// do not count.
    static func share(of reference: String, in output: String, labels: [String]) -> Double {
        let (text, right) = (Array(output.unicodeScalars), Array(reference.unicodeScalars))
        var mentioned = labels.map { Array($0.unicodeScalars) }.filter { text.contains($0) }
        // The published script takes labels out of the list that it goes through: the one behind each is not
        // looked at, and counts.
        var place = 0
        while place < mentioned.count {
            let label = mentioned[place]
            if label != right, right.contains(label), let first = mentioned.firstIndex(of: label) {
                mentioned.remove(at: first)
            }
            place += 1
        }
        return mentioned.contains(right) ? 1 / Double(mentioned.count) : 0
    }
}
