import Budgets
import Contract
import Foundation
import LanguageModels
import Methods
import Reading
import Tensors
import Testing
import TestSupport

/// What cache methods keep, and what a model says behind it, compared with NVIDIA's kvpress;
/// Tests/References/cache_methods.py makes the cases, attention_matching.py those of a method that is not in it.
struct CacheMethodParityTests {
    struct Case: Decodable {
        let model: String
        let tokens: Int
        let ratio: Double
        /// As users write it.
        let method: String
        /// [layers][KV heads]: a bit a token, the first one's the highest of the first digit.
        let kept: [[String]]
        /// The first of those behind the context and the question.
        let logits: [Float]
        let answer: [Int32]
    }

    private static let cases: [Case] = {
        let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Fixtures")
        return ["kvpress.json", "attention-matching.json"].flatMap { name in
            let file = fixtures.appendingPathComponent(name)
            return (try? JSONDecoder().decode([Case].self, from: Data(contentsOf: file))) ?? []
        }
    }()

    @Test func `there are cases`() { #expect(Self.cases.count > 350) }

    @Test(arguments: Set(cases.map(\.method)).sorted())
    func `the same keys are kept, and the model says the same`(_ method: String) throws {
        let bundled = try Backbone(folder: bundledModel)
        let cases = Self.cases.filter { $0.method == method }
        var swapped: [Case] = []
        for (folder, cases) in Dictionary(grouping: cases, by: \.model) {
            let backbone = folder == bundled.name ? bundled : try tiny(folder, tokenizer: bundled)
            for one in cases where try !check(one, on: backbone) { swapped.append(one) }
        }
        // Sums are rounded in another order: of two keys whose scores are equal but for the last digits, one or the
        // other is kept.
        #expect(swapped.count <= 1, "\(swapped.map { "\($0.ratio)x of \($0.tokens) on \($0.model)" })")
    }

    private func tiny(_ name: String, tokenizer: Backbone) throws -> Backbone {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("LanguageModelsTests/Fixtures/\(name)")
        return Backbone(
            folder: folder, model: try LanguageModel(folder: folder), tokenizer: tokenizer.tokenizer,
            contentHash: name)
    }

    /// Whether the same keys are kept; if so, checks what the model says behind them.
    private func check(_ one: Case, on backbone: Backbone) throws -> Bool {
        let budget = Budget.ratio(try #require(Ratio(one.ratio)))
        let tokens = (0..<one.tokens).map { one.model == "gazette-1m" ? Self.distinct($0) : Self.few($0) }
        let context = Context(tokens: tokens, limit: budget)
        let method = try method(one.method)
        let preparation = try method.preparation(
            for: Demand(budget, contexts: [tokens.count]), from: Resources(backbone))
        let kept = try preparation.compress([context], in: Computation())
        guard case .cache(_, let selection) = kept[0].content else {
            Issue.record("\(one.method) keeps no cache")
            return true
        }
        let place = "\(one.method) at \(one.ratio)x of \(one.tokens) tokens on \(one.model)"
        // What moved to other positions has lost the places where it was.
        if one.method != "streaming-llm" {
            let isSame = selection.indices.map { $0.map { mask($0, of: tokens.count) } } == one.kept
            guard isSame else { return false }
        }
        let trial = Trial(method, preparation, budget: budget, reader: try Reader(backbone))
        let session = DecodingSession(
            try trial.checked(kept, of: [context]),
            [.init(context: 0, prompt: [4, 9, 2], maxNewTokens: one.answer.count)], model: backbone.model,
            stop: [])
        let logits = session.firstLogits.values
        let difference = zip(logits, one.logits).map { abs($0 - $1) }.max() ?? .infinity
        #expect(difference < 1e-4, "\(place)")
        #expect(session.finish()[0] == one.answer, "\(place)")
        return true
    }

    /// Of the bundled model's words, the script's.
    private static func distinct(_ i: Int) -> Int32 { Int32(300 + (i * 37 + 5) % 311) }

    /// Of a vocabulary of 31, the script's.
    private static func few(_ i: Int) -> Int32 { Int32((i * i * 7 + i * 3 + 5) % 31) }

    private func method(_ text: String) throws -> any ConfiguredMethod {
        let written = WrittenMethod(text)
        return try #require(allMethods.first { $0.card.id == written.id }).init(written)
    }

    private func mask(_ kept: [Int32], of count: Int) -> String {
        let places = Set(kept)
        return stride(from: 0, to: count, by: 4).map { first in
            let digit = (0..<4).reduce(0) { $0 << 1 | (places.contains(Int32(first + $1)) ? 1 : 0) }
            return String(digit, radix: 16)
        }.joined()
    }
}
