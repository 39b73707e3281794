import Contract
import Foundation
import HardPrompts
import LanguageModels
import Tensors
import TestSupport
import Testing

struct ScoredTextTests {
    /// From transformers; Tests/References/hard_prompts.py makes it.
    struct Case: Decodable {
        let prefix: [Int32]
        let tokens: [Int32]
        let surprisal: [Float]
    }

    private let scorer: Scorer
    private let backbone: Backbone
    private let c = Computation()

    init() throws {
        backbone = try Backbone(folder: bundledModel)
        scorer = Scorer(backbone)
    }

    private func isClose(_ a: [Float], _ b: [Float]) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) < 1e-3 }
    }

    @Test func `tokens surprise as much as in transformers`() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Fixtures/surprisal.json")
        let known = try JSONDecoder().decode(Case.self, from: Data(contentsOf: file))
        let context = Context(SourceText(tokens: known.tokens, prefix: known.prefix), limit: .whole)
        #expect(known.surprisal.count > 200)
        #expect(isClose(scorer.surprisal(of: context, in: c), known.surprisal))
    }

    @Test func `the first token of all counts as any`() {
        let context = Context(tokens: [300, 301], limit: .whole)
        let surprisal = scorer.surprisal(of: context, in: c)
        #expect(abs(surprisal[0] - log(Float(backbone.model.configuration.vocabularySize))) < 1e-6)
        #expect(isClose(scorer.surprisal(of: Context(tokens: [300], limit: .whole), in: c), [surprisal[0]]))
        #expect(scorer.surprisal(of: Context(tokens: [], limit: .whole), in: c).isEmpty)
    }

    /// What the cache holds is no other than what would be read anew.
    @Test func `a text that changes is scored as one that is read from its beginning`() {
        let tokens = (0..<40).map { Int32(300 + $0 * 37 % 311) }
        let text = scorer.text(behind: [1], room: 64, in: c)
        for added in [[], Array(tokens[..<10]), Array(tokens[..<17]), Array(tokens[5..<9]), [], [7]] {
            text.added = added
            let fresh = scorer.text(behind: [1] + added, room: 64, in: c)
            #expect(isClose(text.surprisal(of: tokens, in: c), fresh.surprisal(of: tokens, in: c)))
            #expect(text.added == added)
        }
    }

    /// So many that they are no one pass, and one that is empty.
    @Test(arguments: [0, 1, 80])
    func `stretches that are read together are scored as each alone`(_ ahead: Int) {
        let prefix = (0..<ahead).map { Int32(400 + $0 * 17 % 97) }
        let tokens: [Int32] = [310, 450, 333, 512, 300]
        let stretches = (0..<150).map { i in (0..<10 + i % 4).map { Int32(300 + (i * 31 + $0 * 7) % 311) } }
        let text = scorer.text(behind: prefix, room: 64, in: c)
        text.added = [305]
        for stretches in [stretches, [[302, 303], []]] {
            let together = text.surprisals(of: tokens, behindEach: stretches, in: c)
            #expect(together.count == stretches.count && text.added == [305])
            for (stretch, found) in zip(stretches, together) {
                let alone = scorer.text(behind: prefix + stretch, room: 64, in: c)
                #expect(isClose(found, alone.surprisal(of: tokens, in: c)))
            }
        }
    }

    /// Worked examples in front of many texts are read once, and are the same for each of them.
    @Test func `texts behind one long prefix are scored as one that has it for its beginning`() {
        let prefix = (0..<150).map { Int32(300 + $0 * 53 % 311) }
        let tokens = (0..<40).map { Int32(300 + $0 * 37 % 311) }
        for length in [63, 64, 150] {
            let whole = scorer.text(behind: [1], room: 256, in: c)
            whole.added = Array(prefix[1..<length])
            let expected = whole.surprisal(of: tokens, in: c)
            for _ in 0..<2 {
                let text = scorer.text(behind: [1] + prefix[1..<length], room: 64, in: c)
                #expect(isClose(text.surprisal(of: tokens, in: c), expected))
                text.added = Array(tokens[..<3])
                whole.added = Array(prefix[1..<length]) + tokens[..<3]
                let later = tokens[3...]
                #expect(isClose(text.surprisal(of: later, in: c), whole.surprisal(of: later, in: c)))
            }
        }
    }

    @Test func `what does not fit leaves the view from the front`() {
        let tokens = (0..<100).map { Int32(300 + $0 * 37 % 311) }
        let text = scorer.text(behind: [1, 5], room: 16, in: c)
        let surprisal = text.surprisal(of: tokens, in: c)
        #expect(surprisal.count == 100)
        let whole = scorer.text(behind: [1, 5], room: 100, in: c).surprisal(of: tokens, in: c)
        #expect(isClose(Array(surprisal[..<16]), Array(whole[..<16])))
        text.added = Array(tokens[..<20])
        // 20 and 4 are 8 over: two quarters of the view.
        let near = scorer.text(behind: [1, 5] + tokens[8..<20], room: 16, in: c)
        #expect(
            isClose(text.surprisal(of: tokens[20..<24], in: c), near.surprisal(of: tokens[20..<24], in: c)))
    }

    @Test func `a prefix that fills the model's window leaves room`() {
        let long = Array(repeating: Int32(300), count: backbone.model.configuration.contextLimit + 5)
        let surprisal = scorer.text(behind: long, room: 3, in: c).surprisal(of: [301, 302, 303, 304], in: c)
        #expect(surprisal.count == 4 && surprisal.allSatisfy { $0.isFinite && $0 > 0 })
    }

    @Test func `a text of another vocabulary that is the same one is scored as its own`() throws {
        let text = String(
            repeating:
                "Anna Berg lives in Oslo, and her sister's violin is in  Lund. She was born in 1921: 1 x.",
            count: 3)
        let tokenizer = backbone.tokenizer
        let source = SourceText(text, prefix: tokenizer.prefix, tokenizer: tokenizer)
        func made() -> ScoredText {
            ScoredText(behind: source.prefix, room: 300, by: backbone.model, in: c)
        }
        let (own, other) = (made(), TranslatedText(made(), Translation(from: tokenizer, to: tokenizer)))
        for split in [0, 7, 20] {
            own.added = Array(source.tokens[..<split])
            other.added = own.added
            let next = source.tokens[split...]
            #expect(isClose(own.surprisal(of: next, in: c), other.surprisal(of: next, in: c)), "\(split)")
        }
        #expect(other.surprisal(of: [], in: c).isEmpty)
        // Of characters that are several tokens the last one has all.
        let parts = tokenizer.encode("naïve 漢字 café x")
        (own.added, other.added) = ([], [])
        let (apart, together) = (own.surprisal(of: parts, in: c), other.surprisal(of: parts, in: c))
        #expect(abs(apart.reduce(0, +) - together.reduce(0, +)) < 1e-2 && together.contains(0))
    }

    @Test func `information is shared out over bytes`() {
        // One that stands for two tokens, one for no byte, one for what is left.
        #expect(
            TranslatedText.shared([3, 4, 5], by: [0..<2, 2..<2, 2..<6], over: [1, 4, 8]) == [1.5, 8, 2.5])
        #expect(TranslatedText.shared([2], by: [5..<9], over: [1, 2]) == [0, 2])
        #expect(TranslatedText.shared([2], by: [0..<1], over: []).isEmpty)
    }
}
