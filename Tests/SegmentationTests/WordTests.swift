import Segmentation
import Testing

/// Word boundaries against uniseg (Tests/References/segmentation.py).
struct WordTests {
    private struct Case: Decodable {
        let text: String
        let parts: [String]
    }

    @Test func `mixed text is separated as by uniseg`() throws {
        let cases = try fixture("words", as: [Case].self)
        #expect(cases.count > 500)
        for sample in cases {
            let found = pieces(of: sample.text, at: Segmentation.parts(in: sample.text).map(\.range))
            #expect(found == sample.parts, "\(sample.text.debugDescription)")
        }
    }

    @Test(arguments: [
        ("I don't, can’t; e.g. $3.14!", ["I", "don't", "can’t", "e.g", "3.14"]),
        ("_ __ a_b snake-case", ["a_b", "snake", "case"]), ("½ x² ① 👍 ★ …", ["½", "x", "²", "①"]),
        ("東京タワー、하나", ["東", "京", "タワー", "하나"]), ("ไทย", ["ไ", "ท", "ย"]), ("", []), (" \n\t", []),
    ])
    func `words are the parts with letters or digits`(_ text: String, _ words: [String]) {
        #expect(pieces(of: text, at: Segmentation.words(in: text)) == words)
    }
}
