import Budgets
import Contract
import Foundation
import LanguageModels
import Methods
import Tensors
import TestSupport
import Testing

/// What hard prompts keep, compared with plain implementations on transformers, rank_bm25 and networkx;
/// Tests/References/hard_prompts.py makes the cases.
struct HardPromptTests {
    struct Cases: Decodable {
        let prefix: [Int32]
        let text: String
        let question: String
        let tokens: [Int32]
        let kept: [Selection]
        /// Words of sentences, the last without any.
        let bags: [[String]]
        let bm25: [Double]
        let lexrank: [Double]
    }

    struct Selection: Decodable {
        /// As users write it.
        let method: String
        let ratio: Double
        let indices: [Int]
    }

    private let cases: Cases
    private let backbone: Backbone

    init() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Fixtures/hard-prompts.json")
        cases = try JSONDecoder().decode(Cases.self, from: Data(contentsOf: file))
        backbone = try Backbone(folder: bundledModel)
    }

    @Test func `methods that ask the model keep the same tokens as on transformers`() throws {
        let source = SourceText(cases.text, prefix: cases.prefix, tokenizer: backbone.tokenizer)
        #expect(source.tokens == cases.tokens)
        #expect(cases.kept.count == 18)
        for one in cases.kept {
            let budget = Budget.ratio(try #require(Ratio(one.ratio)))
            let context = Context(source, limit: budget, question: cases.question)
            #expect(try kept(one.method, of: context) == one.indices, "\(one.method) at \(one.ratio)x")
        }
    }

    @Test func `BM25 and LexRank score sentences as rank_bm25 and networkx do`() {
        let asked = ["where", "was", "the", "violin", "of", "anna", "berg", "made"]
        let bm25 = BM25.scores(of: cases.bags, for: asked)
        #expect(bm25.count == cases.bm25.count)
        #expect(zip(bm25, cases.bm25).allSatisfy { abs($0 - $1) < 1e-6 })
        let lexrank = LexRank.centrality(of: cases.bags)
        #expect(lexrank.count == cases.lexrank.count)
        #expect(zip(lexrank, cases.lexrank).allSatisfy { abs($0 - $1) < 1e-7 })
        #expect(abs(lexrank.reduce(0, +) - 1) < 1e-9)
    }

    @Test func `nothing to compare is no fault`() {
        #expect(BM25.scores(of: [], for: ["a"]).isEmpty && BM25.scores(of: [[]], for: ["a"]) == [0])
        #expect(LexRank.centrality(of: []).isEmpty)
        #expect(LexRank.centrality(of: [[], []]).allSatisfy { abs($0 - 0.5) < 1e-9 })
    }

    @Test func `BM25 keeps the sentence that is asked for`() throws {
        let text = "Ida Berg is a teacher. Karl Lund plays the violin. The hall was closed."
        func first(_ question: String?) throws -> String {
            let source = SourceText(text, tokenizer: backbone.tokenizer)
            let context = Context(source, limit: .positions(3), question: question)
            return words(try kept("bm25", of: context), of: source).joined()
        }
        #expect(try first("Who plays the violin?").hasPrefix("K"))
        #expect(try first("When was the hall closed?").hasPrefix("The"))
        #expect(try first(nil).hasPrefix("I"))
    }

    @Test func `stop words go first, then marks, then what stands last`() throws {
        let source = SourceText("The hall was closed, and the river is old.", tokenizer: backbone.tokenizer)
        let steps = try (1...source.tokens.count).map { count in
            words(try kept("stop-words", of: Context(source, limit: .positions(count))), of: source).joined()
        }
        let end = try #require(steps.firstIndex(of: "hallclosedriverold"))
        #expect(steps[..<end].allSatisfy("hallclosedriverold".hasPrefix))
        // A space may be a token of its own, which shows as nothing.
        let different = steps[end...].reduce(into: [String]()) { if $0.last != $1 { $0.append($1) } }
        #expect(different.prefix(3) == ["hallclosedriverold", "hallclosed,riverold", "hallclosed,riverold."])
        #expect(different.contains("Thehallclosed,riverold."))
        #expect(different.last == "Thehallwasclosed,andtheriverisold.")
    }

    /// With phrases that have no room the first tokens of the next one are kept.
    @Test func `a phrase is kept as a whole`() throws {
        let source = SourceText(cases.text, prefix: cases.prefix, tokenizer: backbone.tokenizer)
        let few = try kept("selective-context", of: Context(source, limit: .positions(20)))
        let more = try kept("selective-context", of: Context(source, limit: .positions(40)))
        #expect(few.count == 20 && more.count == 40 && Set(few).isSubset(of: more))
    }

    // MARK: -

    private func words(_ indices: [Int], of source: SourceText) -> [String] {
        indices.map {
            backbone.tokenizer.decode([source.tokens[$0]]).trimmingCharacters(in: .whitespaces)
        }
    }

    private struct Unexpected: Error {}

    private func kept(_ text: String, of context: Context) throws -> [Int] {
        let written = WrittenMethod(text)
        let type = try #require(allMethods.first { $0.card.id == written.id })
        let preparation = try type.init(written).preparation(
            for: Demand(context.limit), from: Resources(backbone))
        let kept = try preparation.compress([context], in: Computation())
        guard case .selection(let indices) = kept[0].content else { throw Unexpected() }
        return indices
    }
}
