import Foundation
import Testing
import Tokenizers

/// The tokenizers of published models, where their files are in `../shared/data/tokenizers` beside the
/// checkout: ids and texts of 12,000 lines by `tokenizers` (Tests/References/real_tokenizers.py).
struct RealTokenizerTests {
    private struct Fixture: Decodable {
        let lines: Int
        let chunk: Int
        let tokenizers: [String: Expected]

        struct Expected: Decodable {
            let ids: [String]
            let texts: [String]
            /// The ids of "a" with what belongs around a text.
            let special: [Int32]
            let lossless: Bool
        }
    }

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../shared/data/tokenizers").standardized

    private static func isThere(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path)
    }

    @Test(
        .enabled(if: isThere(""), "needs ../shared/data/tokenizers beside the checkout"),
        arguments: [
            "dolma2", "llama3_regex_small", "mistral-v1", "phi-2", "qwen2.5", "smollm2",
            "torchtitan_test",
        ])
    func `12,000 lines have the ids and texts of tokenizers`(_ name: String) throws {
        guard Self.isThere(name) else { return }
        let url = Bundle.module.bundleURL.appendingPathComponent("Fixtures/real-tokenizers.json")
        let fixture = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url))
        let expected = try #require(fixture.tokenizers[name])
        let tokenizer = try Tokenizer(folder: Self.folder.appendingPathComponent(name))
        let lines = try MixedText.lines(fixture.lines)
        let ids = lines.map { tokenizer.encode($0) }
        let texts = ids.map { tokenizer.decode($0, specialTokens: true) }
        let idHashes = ChunkHashes.of(ids, chunk: fixture.chunk)
        let textHashes = ChunkHashes.of(texts, chunk: fixture.chunk)
        let wrong = idHashes.indices.filter { idHashes[$0] != expected.ids[$0] }
        #expect(wrong.isEmpty, "ids differ in these of \(idHashes.count) chunks")
        #expect(idHashes.count == expected.ids.count)
        #expect(textHashes == expected.texts)
        if expected.lossless {
            #expect(zip(lines, texts).allSatisfy { $0.utf8.elementsEqual($1.utf8) })
        }
        #expect(tokenizer.encode("a", addingSpecialTokens: true) == expected.special)
    }

    @Test(
        .enabled(if: isThere(""), "needs ../shared/data/tokenizers beside the checkout"),
        arguments: ["dolma2", "llama3_regex_small", "mistral-v1", "phi-2"])
    func `lines have the offsets of tokenizers`(_ name: String) throws {
        let fixture = try OffsetTests.Fixture.load()
        guard Self.isThere(name) else { return }
        let tokenizer = try Tokenizer(folder: Self.folder.appendingPathComponent(name))
        try fixture.check(tokenizer, name, fixture.tokenizers[name])
    }
}
