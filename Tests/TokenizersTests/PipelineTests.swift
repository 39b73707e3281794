import Foundation
import Testing
import Tokenizers

/// Every part of a `tokenizer.json` that is read: small models with other parts around, ids and texts
/// by `tokenizers` (Tests/References/pipelines.py).
struct PipelineTests {
    private static let fixtures = Bundle.module.bundleURL.appendingPathComponent("Fixtures")

    private static func fixture() throws -> [String: Any] {
        let data = try Data(contentsOf: fixtures.appendingPathComponent("pipelines.json"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    /// A pipeline's file: the model that it is based on, as text, with the other parts put in.
    static func json(base: String, parts: [String: Any]) throws -> Data {
        let text = try String(
            contentsOf: fixtures.appendingPathComponent("\(base).json"), encoding: .utf8)
        // The vocabulary is kept as it is written: Foundation would join é with é.
        let vocabulary = try #require(text.range(of: #""vocab":"#, options: .literal)?.upperBound)
        let merges = try #require(text.range(of: #","merges":"#, options: .literal))
        var parts = parts
        var model = try #require(parts["model"] as? [String: Any])
        model["vocab"] = "VOCAB"
        model["merges"] = "MERGES"
        parts["model"] = model
        let root = String(decoding: try JSONSerialization.data(withJSONObject: parts), as: UTF8.self)
        return Data(
            root.replacing("\"VOCAB\"", with: text[vocabulary..<merges.lowerBound])
                .replacing("\"MERGES\"", with: text[merges.upperBound...].dropLast(2)).utf8)
    }

    /// The tokenizer of each pipeline.
    static func tokenizers() throws -> [(name: String, tokenizer: Tokenizer)] {
        try #require(fixture()["pipelines"] as? [[String: Any]]).map(tokenizer)
    }

    private static func tokenizer(
        _ pipeline: [String: Any]
    ) throws -> (name: String, tokenizer: Tokenizer) {
        let name = try #require(pipeline["name"] as? String)
        let json = try json(
            base: #require(pipeline["base"] as? String),
            parts: #require(pipeline["parts"] as? [String: Any]))
        return (name, try Tokenizer(json: json, file: name))
    }

    @Test func `every pipeline has the ids and texts of tokenizers`() throws {
        let fixture = try Self.fixture()
        let chunk = try #require(fixture["chunk"] as? Int)
        let lines = try MixedText.lines(#require(fixture["lines"] as? Int), seed: 2)
        let pipelines = try #require(fixture["pipelines"] as? [[String: Any]])
        #expect(pipelines.count > 30)
        for pipeline in pipelines {
            let (name, tokenizer) = try Self.tokenizer(pipeline)
            let ids = lines.map { tokenizer.encode($0, addingSpecialTokens: true) }
            #expect(ChunkHashes.of(ids, chunk: chunk) == pipeline["ids"] as? [String], "ids of \(name)")
            for (key, special) in [("texts", false), ("textsWithSpecial", true)] {
                let texts = ids.map { tokenizer.decode($0, specialTokens: special) }
                #expect(
                    ChunkHashes.of(texts, chunk: chunk) == pipeline[key] as? [String], "\(key) of \(name)")
            }
        }
    }

    /// A model that marks the insides of words shows where a pattern cuts around each character.
    @Test(arguments: ["gpt2", "llama3", "digits"])
    func `letters, numbers and spaces are those of tokenizers`(_ name: String) throws {
        let kinds = try #require(try Self.fixture()["kinds"] as? [String: Any])
        let kind = try #require(kinds[name] as? [String: Any])
        let json = try JSONSerialization.data(withJSONObject: #require(kind["tokenizer"]))
        let tokenizer = try Tokenizer(json: json, file: name)
        let ids = stride(from: UInt32(0), to: 0x34000, by: 64).map { start in
            let text = (start..<start + 64).compactMap(Unicode.Scalar.init)
                .map { "a\($0)a 1\($0)1 '\($0)" }.joined()
            return tokenizer.encode(text)
        }
        #expect(ChunkHashes.of(ids, chunk: 256) == kind["ids"] as? [String])
    }
}
