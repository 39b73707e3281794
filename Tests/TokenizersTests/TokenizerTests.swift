import Foundation
import Testing
import Tokenizers

/// Ids and texts against the `tokenizers` package (Tests/References/tokens.py).
struct TokenizerTests {
    private struct Case: Decodable {
        let text: String
        let ids: [Int32]
        let decoded: String
    }

    private static let fixtures = Bundle.module.bundleURL.appendingPathComponent("Fixtures")

    @Test(arguments: ["trained-elsewhere", "gazette-1m"])
    func `ids and texts are those of tokenizers`(_ name: String) throws {
        let all = try JSONDecoder().decode(
            [String: [Case]].self,
            from: Data(contentsOf: Self.fixtures.appendingPathComponent("ids.json")))
        let url =
            name == "gazette-1m"
            ? Self.root.appendingPathComponent("Models/gazette-1m/tokenizer.json")
            : Self.fixtures.appendingPathComponent("\(name).json")
        let tokenizer = try Tokenizer(json: Data(contentsOf: url), file: url.path)
        for sample in try #require(all[name]) {
            #expect(tokenizer.encode(sample.text) == sample.ids, "\(sample.text.debugDescription)")
            #expect(tokenizer.decode(sample.ids) == sample.decoded, "\(sample.text.debugDescription)")
        }
    }

    @Test func `a trained vocabulary reads back what it was trained on`() throws {
        let texts = ["the cat sat on the mat", "the dog sat", "naïve 東京"]
        let json = try BPETrainer(specialTokens: ["<pad>", "<q>"], vocabularySize: 300).train(on: texts)
        let again = try BPETrainer(specialTokens: ["<pad>", "<q>"], vocabularySize: 300).train(
            on: texts)
        #expect(json == again)
        let tokenizer = try Tokenizer(json: json, file: "trained")
        #expect(tokenizer.vocabularySize <= 300)
        #expect(tokenizer.id(of: "<q>") == 1)
        #expect(tokenizer.encode("the cat").count == 2)
        for text in texts + ["never seen: Ω 😀 \u{0}"] {
            #expect(tokenizer.decode(tokenizer.encode(text)) == " " + text)
        }
        #expect(tokenizer.encode("<q>the") == [1] + tokenizer.encode("the"))
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"model":{"type":"WordPiece","vocab":{}}}"#,
        #"{"model":{"type":"BPE","vocab":{"a":0},"merges":["a b"]}}"#,
        #"{"model":{"type":"BPE","vocab":{"a":0,"b":0},"merges":[]},"pre_tokenizer":{"type":"ByteLevel"}}"#,
        #"{"model":{"type":"BPE","vocab":{"a":-5},"merges":[]},"pre_tokenizer":{"type":"ByteLevel"}}"#,
        #"{"model":{"type":"BPE","vocab":{},"merges":[]},"pre_tokenizer":{"type":"Metaspace"}}"#,
    ])
    func `an unsound file is refused in one line`(_ json: String) {
        let error = #expect(throws: TokenizerError.self) {
            try Tokenizer(json: Data(json.utf8), file: "some/tokenizer.json")
        }
        let text = error?.description ?? ""
        #expect(text.contains("some/tokenizer.json") && !text.contains("\n"))
    }

    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
}
