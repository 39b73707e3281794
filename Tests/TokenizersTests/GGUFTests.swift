import Foundation
import GGUF
import TestSupport
import Testing
import Tokenizers

/// Vocabularies in GGUF files that `tokenizers` and SentencePiece trained, with the ids that those give
/// (Tests/References/gguf_files.py).
struct GGUFTests {
    struct Case: Decodable, Sendable {
        let file, text: String
        let ids: [Int32]
        let decoded: String
    }

    private static let fixtures = Bundle.module.bundleURL.appendingPathComponent("Fixtures/gguf")

    private static let cases: [Case] = {
        let file = fixtures.appendingPathComponent("ids.json")
        return (try? JSONDecoder().decode([Case].self, from: Data(contentsOf: file))) ?? []
    }()

    private func file(_ name: String) throws -> GGUFFile {
        try GGUFFile(Self.fixtures.appendingPathComponent("\(name).gguf"))
    }

    @Test(arguments: Set(cases.map(\.file)).sorted())
    func `ids and texts are those of the library`(_ name: String) throws {
        let tokenizer = try Tokenizer(file(name))
        let cases = Self.cases.filter { $0.file == name }
        #expect(cases.count == 15)
        for one in cases {
            // To SentencePiece control tokens that a text writes out are text.
            let ids = tokenizer.encode(
                one.text, specialTokens: name.hasPrefix("llama-spm") ? .text : .recognised)
            #expect(ids == one.ids, "\(one.text)")
            #expect(tokenizer.decode(one.ids) == one.decoded, "\(one.text)")
        }
    }

    @Test func `there are six files`() { #expect(Set(Self.cases.map(\.file)).count == 6) }

    @Test func `what is said beside the vocabulary`() throws {
        let words = TokenizerConfiguration(try GGUFVocabulary(file("smollm")))
        #expect(words.endToken == "<|end|>" && words.beginToken == nil)
        #expect(words.chatTemplate == "{{ messages[0].content }}" && words.addsBeginToken == false)
        // SentencePiece's texts begin with a token unless the file says otherwise.
        #expect(TokenizerConfiguration(try GGUFVocabulary(file("llama-spm"))).addsBeginToken == true)
        #expect(try Tokenizer(file("llama-spm")).prefix == [1])
    }

    @Test func `a way to cut words that is not known is refused by its name`() throws {
        let url = temporaryPath(suffix: ".gguf")
        var data = try Data(contentsOf: Self.fixtures.appendingPathComponent("smollm.gguf"))
        let name = try #require(data.range(of: Data("smollm".utf8)))
        data.replaceSubrange(name, with: Data("tekken".utf8))
        try data.write(to: url)
        let error = #expect(throws: GGUFError.self) { try Tokenizer(GGUFFile(url)) }
        #expect(error?.description.contains("tokenizer.ggml.pre is 'tekken'") == true)
    }
}
