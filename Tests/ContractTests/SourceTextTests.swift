import Contract
import Testing
import TestSupport
import Tokenizers

struct SourceTextTests {
    private let tokenizer: Tokenizer

    init() throws { tokenizer = try Tokenizer(folder: bundledModel) }

    private func bytes(_ text: String, _ range: Range<Int>) -> String {
        String(decoding: Array(text.utf8)[range], as: UTF8.self)
    }

    @Test func `tokens stand for stretches that join where they are neighbours`() {
        let source = SourceText("Anna Berg was born in Oslo. She plays the violin.", tokenizer: tokenizer)
        #expect(source.offsets.count == source.tokens.count)
        let all = source.stretches(of: Array(source.tokens.indices))
        #expect(all == [0..<source.text.utf8.count])
        let ends = source.stretches(of: [0, source.tokens.count - 1])
        #expect(ends.count == 2 && bytes(source.text, ends[1]) == ".")
        #expect(source.stretches(of: []).isEmpty)
    }

    @Test func `each token belongs to one word and to one sentence`() {
        let text = "  Dr. Berg paid 3.50 at 10 a.m. He left — “at once.” 她走了。Then?"
        let source = SourceText(text, tokenizer: tokenizer)
        for kind in [TextUnit.Kind.word, .sentence] {
            let units = source.units(kind)
            #expect(units.flatMap { Array($0.tokens) } == Array(source.tokens.indices), "\(kind)")
        }
        #expect(source.units(.sentence).count == 4)
        #expect(source.units(.word).map { bytes(text, $0.bytes) }.contains("3.50"))
    }

    @Test func `a space of a template's is no part of the text`() {
        let spaced = SourceText("Oslo is big.", at: .behindText, space: " ", tokenizer: tokenizer)
        #expect(spaced.offsets.count == spaced.tokens.count)
        #expect(spaced.offsets.first?.lowerBound == 0 && spaced.offsets.last?.upperBound == 12)
    }

    @Test func `tokens without a text have no bytes and no units`() {
        let source = SourceText(tokens: [300, 301])
        #expect(source.offsets.isEmpty && source.units(.word).isEmpty && source.stretches(of: [0]).isEmpty)
    }
}

struct DatasetSourceTests {
    @Test(
        arguments: [
            ("gazette", "gazette", nil, []), ("squad=a:b,c=d.json", "squad", "a:b,c=d.json", []),
            ("gazette:subjects=4,split=test", "gazette", nil, ["subjects=4", "split=test"]),
            ("gazette:", "gazette", nil, []), ("squad=", "squad", "", []), ("x:y", "x", nil, ["y"]),
        ] as [(String, String, String?, [String])])
    func `a format, a file, options`(_ text: String, _ format: String, _ path: String?, _ options: [String]) {
        let source = DatasetSource(text)
        #expect(source.format == format && source.path == path && source.options.map(\.text) == options)
    }
}
