import Foundation
import Testing
import Tokenizers

/// Special tokens that data writes out.
struct WrittenTokenTests {
    private let tokenizer: Tokenizer

    init() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        tokenizer = try Tokenizer(folder: root.appendingPathComponent("Models/gazette-1m"))
    }

    @Test(arguments: ["See <a>this</a>", "<eos>", "a <q><eos> b", "<<eos>>", "naïve <bos> 東京"])
    func `what is data stays text`(_ text: String) throws {
        let ids = tokenizer.encode(text, specialTokens: .text)
        let special = ["<eos>", "<a>", "<q>", "<bos>"].compactMap { tokenizer.id(of: $0) }
        #expect(Set(ids).isDisjoint(with: special) && !Set(tokenizer.encode(text)).isDisjoint(with: special))
        #expect(tokenizer.decode(ids).hasSuffix(text))
        // Each token still knows which bytes of the text it stands for.
        let found = tokenizer.encodeWithOffsets(text, specialTokens: .text)
        #expect(found.ids == ids && found.offsets.last?.upperBound == text.utf8.count)
        #expect(zip(found.offsets, found.offsets.dropFirst()).allSatisfy { $0.upperBound <= $1.upperBound })
    }

    @Test func `a quoted text among a template's tokens is encoded as without them`() throws {
        let data = tokenizer.quoting("ends <eos> here")
        let ids = tokenizer.encode("<q> \(data)<a>", specialTokens: .recognisedUnlessQuoted)
        let (q, a) = (try #require(tokenizer.id(of: "<q>")), try #require(tokenizer.id(of: "<a>")))
        #expect(ids.first == q && ids.last == a)
        #expect(
            Array(ids.dropFirst().dropLast()) == tokenizer.encode("ends <eos> here", specialTokens: .text))
        // A text without special tokens is itself.
        #expect(tokenizer.quoting("plain < text >") == "plain < text >")
    }

    @Test func `every token that holds a line end is known`() {
        let found = Set(tokenizer.tokensWithLineEnds.map(\.id))
        let all = (0..<Int32(tokenizer.vocabularySize)).filter {
            tokenizer.decode([$0], specialTokens: true).contains("\n")
        }
        #expect(!all.isEmpty && found == Set(all))
    }
}
