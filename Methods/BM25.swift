import Contract
import Foundation
import HardPrompts

/// Keeps the sentences that share most words with the question.
///
/// Robertson and Zaragoza 2009, The Probabilistic Relevance Framework: BM25 and Beyond, with k1 = 1.2 and b = 0.75 and
/// an inverse document frequency that is never negative, ln(1 + (N - n + 0.5) / (n + 0.5)), as Lucene has it. The
/// documents are the context's sentences; the best are kept in their order, the last one up to the budget. Words
/// are compared in small letters, as they are. Of equals, as where no word is shared, the first are kept.
public struct BM25: DirectMethod {
    public static let card = MethodCard(
        id: "bm25", name: "BM25 sentences", family: .hardPrompt,
        summary: "Keeps the sentences that share most words with the question.",
        loses: "Sentences without the question's words, even those with its answer.",
        verified: "Scores as in rank_bm25 (`hard_prompts.py`).",
        paper: "https://doi.org/10.1561/1500000019", isQueryAware: true)

    public let parameters: NoParameters

    public init(parameters: NoParameters) {
        self.parameters = parameters
    }

    public func compress(_ context: Context) -> Kept {
        let sentences = context.sentences
        let scores = Self.scores(
            of: sentences.map(\.words), for: (context.question ?? "").wordsInSmallLetters)
        return .selection(sentences.map(\.tokens).ranked(by: scores).tokens(upTo: context.budget))
    }

    /// How well each text fits a question; all are words.
    package static func scores(of texts: [[String]], for question: [String]) -> [Double] {
        let (k1, b) = (1.2, 0.75)
        let terms = TermCounts(texts)
        let asked = terms.numbers(of: question)
        let weights = asked.map { term in
            let found = Double(terms.frequencies[term])
            return log(1 + (Double(texts.count) - found + 0.5) / (found + 0.5))
        }
        let average = Double(terms.lengths.reduce(0, +)) / Double(texts.count)
        return zip(terms.counts, terms.lengths).map { counts, length in
            zip(asked, weights).reduce(0) { sum, term in
                let count = Double(counts[term.0] ?? 0)
                let norm = k1 * (1 - b + b * Double(length) / average)
                return sum + term.1 * count * (k1 + 1) / (count + norm)
            }
        }
    }
}
