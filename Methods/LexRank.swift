import Contract
import Foundation
import HardPrompts

/// Keeps the sentences that are most like all the others.
///
/// Erkan and Radev 2004, JAIR 22: a random walk over sentences goes from each to others by the cosine of their words'
/// tf-idf, and with the probability 0.15 to any; the sentences where it is most often stay, in their order, the
/// last one up to the budget. This is the paper's continuous variant, without a threshold for the cosine. On
/// purpose different: inverse document frequencies are those of the context's own sentences, smoothed,
/// ln((1 + N) / (1 + n)) + 1, so that no word weighs nothing; and nothing is done against sentences that repeat others.
public struct LexRank: DirectMethod {
    public static let card = MethodCard(
        id: "lexrank", name: "LexRank", family: .hardPrompt,
        summary: "Keeps the sentences that are most like all the others.",
        loses: "Sentences about what the others do not speak of.",
        verified: "Centrality as in networkx (`hard_prompts.py`).",
        paper: "https://arxiv.org/abs/1109.2128")

    public let parameters: NoParameters

    public init(parameters: NoParameters) {
        self.parameters = parameters
    }

    public func compress(_ context: Context) -> Kept {
        let sentences = context.sentences
        let scores = Self.centrality(of: sentences.map(\.words))
        return .selection(sentences.map(\.tokens).ranked(by: scores).tokens(upTo: context.budget))
    }

    /// The share of time that the walk is at each text; texts are words.
    package static func centrality(of texts: [[String]]) -> [Double] {
        let count = Double(texts.count)
        let jump = 0.15
        let rows = vectors(of: TermCounts(texts))
        let sums = cosines(of: rows, times: rows.map { _ in 1 })
        var shares = rows.map { _ in 1 / count }
        for _ in 0..<500 {
            let steps = zip(shares, sums).map { $1 > 0 ? $0 / $1 : 0 }
            // From a text without words the walk goes anywhere.
            let lost = zip(shares, sums).reduce(0) { $1.1 > 0 ? $0 : $0 + $1.0 }
            let next = cosines(of: rows, times: steps).map {
                jump / count + (1 - jump) * ($0 + lost / count)
            }
            let change = zip(shares, next).reduce(0) { $0 + abs($1.0 - $1.1) }
            shares = next
            if change < 1e-12 { break }
        }
        return shares
    }

    private typealias Row = [(term: Int, weight: Double)]

    /// tf-idf of each text's words, of length 1.
    private static func vectors(of terms: TermCounts) -> [Row] {
        let weights = terms.frequencies.map { log(Double(1 + terms.counts.count) / Double(1 + $0)) + 1 }
        return terms.counts.map { counts in
            // In one order, so that sums are the same each time.
            let row = counts.sorted { $0.key < $1.key }.map {
                (term: $0.key, weight: Double($0.value) * weights[$0.key])
            }
            let length = row.reduce(0) { $0 + $1.weight * $1.weight }.squareRoot()
            return row.map { ($0.term, $0.weight / length) }
        }
    }

    /// The matrix of cosines times a vector, without the matrix: its entries are products of rows.
    private static func cosines(of rows: [Row], times vector: [Double]) -> [Double] {
        var sums = [Int: Double]()
        for (row, factor) in zip(rows, vector) {
            for (term, weight) in row { sums[term, default: 0] += weight * factor }
        }
        return rows.map { row in row.reduce(0) { $0 + $1.weight * (sums[$1.term] ?? 0) } }
    }
}
