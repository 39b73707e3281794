import Foundation
import Testing
import Tokenizers

/// The bytes that tokens stand for, by `tokenizers` (Tests/References/offsets.py).
struct OffsetTests {
    struct Fixture: Decodable {
        let lines: Int
        let chunk: Int
        let pipelines: [String: Expected]
        let tokenizers: [String: Expected]

        struct Expected: Decodable {
            /// Lines in which a normal form joins characters, where ours differs on purpose.
            let skipped: Set<Int>
            let offsets: [String]
        }

        static func load() throws -> Fixture {
            let url = Bundle.module.bundleURL.appendingPathComponent("Fixtures/offsets.json")
            return try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url))
        }

        /// Compares a tokenizer's offsets, and what holds for any text: the ids are those of `encode`,
        /// ranges ascend and lie in the text.
        func check(_ tokenizer: Tokenizer, _ name: String, _ expected: Expected?) throws {
            var offsets: [[Int32]] = []
            for (index, line) in try MixedText.lines(lines, seed: 2).enumerated() {
                let tokens = tokenizer.encodeWithOffsets(line)
                #expect(tokens.ids == tokenizer.encode(line), "\(name), line \(index)")
                let isSound = OffsetTests.areSound(tokens.offsets, of: tokens.ids, in: line)
                #expect(isSound, "\(name), line \(index)")
                if expected?.skipped.contains(index) ?? true { continue }
                offsets.append(tokens.offsets.flatMap { [Int32($0.lowerBound), Int32($0.upperBound)] })
            }
            if let expected { #expect(ChunkHashes.of(offsets, chunk: chunk) == expected.offsets, "\(name)") }
        }
    }

    private static func areSound(_ offsets: [Range<Int>], of ids: [Int32], in text: String) -> Bool {
        offsets.count == ids.count
            && zip(offsets, offsets.dropFirst()).allSatisfy { $0.lowerBound <= $1.lowerBound }
            && offsets.allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= text.utf8.count && !$0.isEmpty }
    }

    @Test func `every pipeline has the offsets of tokenizers`() throws {
        let fixture = try Fixture.load()
        let pipelines = try PipelineTests.tokenizers()
        #expect(fixture.pipelines.count > 30 && pipelines.count > 30)
        for (name, tokenizer) in pipelines {
            try fixture.check(tokenizer, name, fixture.pipelines[name])
        }
    }

    private static func tokenizer(_ name: String) throws -> Tokenizer {
        try #require(PipelineTests.tokenizers().first { $0.name == name }).tokenizer
    }

    @Test func `what a normal form joins stands for all of it`() throws {
        let nfc = try Self.tokenizer("qwen2")
        // Two bytes, each the token of é, where the library names the e alone.
        #expect(nfc.encodeWithOffsets("xe\u{301}y").offsets == [0..<1, 1..<4, 4..<5])
        // A letter with two marks, of which one stays a mark.
        #expect(Set(nfc.encodeWithOffsets("e\u{301}\u{323}").offsets) == [0..<5])
        // Characters that change alone keep their own ranges.
        let nfkc = try Self.tokenizer("nfkc")
        #expect(Set(nfkc.encodeWithOffsets("ﬁ").offsets) == [0..<3])
        #expect(nfkc.encodeWithOffsets("ﬁ½").offsets.last == 3..<5)
    }

    @Test func `dropped characters do not move what is behind them`() throws {
        let tokens = try Self.tokenizer("no-unknown").encodeWithOffsets("the 你 cat")
        #expect(tokens.offsets.first == 0..<3)
        #expect(tokens.offsets.last?.upperBound == 11)
    }

    @Test func `a replaced text stands for all of it`() throws {
        let json = """
            {"model": {"vocab": {"x": 0, "+": 1}, "merges": []},
            "normalizer": {"type": "Replace", "pattern": {"String": "and"}, "content": "+"}}
            """
        let tokenizer = try Tokenizer(json: Data(json.utf8), file: "replacing")
        #expect(tokenizer.encodeWithOffsets("xandx").offsets == [0..<1, 1..<4, 4..<5])
    }

    @Test func `a text that goes on gets no space, and its offsets begin with it`() throws {
        let tokenizer = try Self.tokenizer("gpt2-prefix-space")
        for place in [TextPlace.start, .behindToken, .behindText] {
            let tokens = tokenizer.encodeWithOffsets("the end", at: place)
            #expect(tokens.ids == tokenizer.encode("the end", at: place))
            #expect(tokens.offsets.first?.lowerBound == 0 && tokens.offsets.last?.upperBound == 7)
        }
    }
}
