import Segmentation
import Testing

/// What holds for any text.
struct RobustnessTests {
    /// Pieces that rules look at, one scalar or a few.
    private static let pool = [
        "a", "B", "1", "_", ".", "!", "?", "…", ",", ":", "'", "\"", "“", "”", "(", ")", "[", "]", "*", "#",
        "-",
        "•", " ", "\n", "\r", "\r\n", "\t", "\0", "\u{B}", "\u{85}", "\u{2028}", "\u{2029}", "\u{A0}",
        "\u{301}",
        "\u{200D}", "\u{AD}", "\u{FEFF}", "é", "Ж", "中", "ア", "あ", "。", "！", "।", "؟", "．", "א", "👨‍👩‍👧", "🇳🇴",
        "👍🏽",
        "Mr.", "No.", "U.S.", " . . .", "[1]", "[...]", "1.", "2) ", "## ", "\u{10FFFF}", "\u{E000}",
    ]

    /// Half from the pool, half any scalars.
    private func text(_ random: inout some RandomNumberGenerator) -> String {
        (0..<Int.random(in: 0...40, using: &random)).reduce(into: "") { text, _ in
            if Bool.random(using: &random), let piece = Self.pool.randomElement(using: &random) {
                text += piece
            } else if let scalar = Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &random)) {
                text.unicodeScalars.append(scalar)
            }
        }
    }

    @Test func `sentences make the text, words lie in it in order, on scalar boundaries`() {
        var random = Steps(state: 7)
        for _ in 0..<8000 {
            let text = text(&random)
            let sentences = Segmentation.sentences(in: text)
            #expect(sentences.allSatisfy { !$0.isEmpty })
            #expect(pieces(of: text, at: sentences).joined().utf8.elementsEqual(text.utf8))
            let parts = Segmentation.parts(in: text)
            #expect(zip(parts, parts.dropFirst()).allSatisfy { $0.range.upperBound <= $1.range.lowerBound })
            #expect(parts.filter { $0.kind == .word }.map(\.range) == Segmentation.words(in: text))
            let bounds = (sentences + parts.map(\.range)).flatMap { [$0.lowerBound, $0.upperBound] }
            let bytes = Array(text.utf8)
            #expect(bounds.allSatisfy { $0 == bytes.count || bytes[$0] & 0xC0 != 0x80 })
            #expect(unspaced(pieces(of: text, at: parts.map(\.range)).joined()) == unspaced(text))
        }
    }

    /// Ten times the text takes ten times as long, not a hundred: half a megabyte without an end ends.
    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            "a", ".", "a.", ". ", ".)", "\"", "(", ". (", "… (", ".[1", "'", "a'\u{301}", "\u{301}",
            ".\u{301}", "\n",
            "x\n", "A. ", "Mr. ", "1. ", "• ", "。", "·", "中", "👍\u{200D}", " ",
        ])
    func `no text takes more than linear time`(_ unit: String) {
        let text = String(repeating: unit, count: 500_000 / unit.utf8.count)
        #expect(Segmentation.sentences(in: text).last?.upperBound == text.utf8.count)
        #expect(Segmentation.parts(in: text).count <= text.utf8.count)
    }

    private func unspaced(_ text: String) -> [Unicode.Scalar] {
        text.unicodeScalars.filter { !$0.properties.isWhitespace }
    }
}

/// SplitMix64.
private struct Steps: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
