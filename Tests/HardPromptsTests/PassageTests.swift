import Contract
import HardPrompts
import LanguageModels
import TestSupport
import Testing

struct PassageTests {
    private let text =
        "The old violin of Anna Berg was made in Cremona. It sounds well, she said.  Karl Lund isn't there."
    private let context: Context
    private let backbone: Backbone

    init() throws {
        backbone = try Backbone(folder: bundledModel)
        context = Context(SourceText(text, tokenizer: backbone.tokenizer), limit: .whole)
    }

    private func text(of tokens: Range<Int>) -> String {
        backbone.tokenizer.decode(Array(context.tokens[tokens])).split(separator: " ").joined(separator: " ")
    }

    @Test func `sentences have all tokens and their words`() {
        let sentences = context.sentences
        #expect(sentences.map { text(of: $0.tokens) }.last == "Karl Lund isn't there.")
        #expect(sentences.map(\.words)[1] == ["it", "sounds", "well", "she", "said"])
        #expect(sentences.flatMap { Array($0.tokens) } == Array(context.tokens.indices))
    }

    @Test func `phrases end at marks and stop words`() {
        let phrases = context.phrases
        #expect(phrases.flatMap(Array.init) == Array(context.tokens.indices))
        #expect(
            phrases.map(text) == [
                "The", "old violin", "of", "Anna Berg", "was", "made", "in", "Cremona.", "It", "sounds well,",
                "she", "said.", "Karl Lund isn't", "there.",
            ])
    }

    @Test func `words have no marks, which are on their own`() {
        let words = context.words
        #expect(words.flatMap(Array.init) == Array(context.tokens.indices))
        #expect(
            words.map(text).filter { $0.contains { $0.isPunctuation && $0 != "'" } } == [".", ",", ".", "."])
        #expect(words.map(text).prefix(5) == ["The", "old", "violin", "of", "Anna"])
    }

    @Test func `a context of tokens alone is one sentence, and each token a phrase`() {
        let context = Context(tokens: [300, 301, 302], limit: .whole)
        #expect(context.sentences == [Context(tokens: [1, 2, 3], limit: .whole).sentences[0]])
        #expect(context.sentences[0].tokens == 0..<3 && context.sentences[0].words.isEmpty)
        #expect(context.phrases == [0..<1, 1..<2, 2..<3] && context.words == context.phrases)
        let empty = Context(tokens: [], limit: .whole)
        #expect(empty.phrases.isEmpty && empty.sentences.map(\.tokens) == [0..<0])
    }

    @Test func `stop words are told in capitals too`() {
        #expect(["The", "OF", "she", "we've"].allSatisfy(StopWords.contains))
        #expect(!["violin", "not", "Where", ""].contains(where: StopWords.contains))
    }
}
