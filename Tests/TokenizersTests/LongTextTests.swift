import Foundation
import Testing
import Tokenizers

/// Time grows with the text's length, whatever it is made of; no timing is asserted, but quadratic
/// merging of these would take hours.
struct LongTextTests {
    private static let fixtures = Bundle.module.bundleURL.appendingPathComponent("Fixtures")

    @Test(arguments: ["trained-elsewhere", "trained-pieces"])
    func `a megabyte without spaces is read`(_ name: String) throws {
        let url = Self.fixtures.appendingPathComponent("\(name).json")
        let tokenizer = try Tokenizer(json: Data(contentsOf: url), file: name)
        for unit in ["a", "the", "ab\u{301}", "  ", "<0x", "1", "\n", "中国", "😀"] {
            let text = String(repeating: unit, count: 1_000_000 / unit.utf8.count)
            let ids = tokenizer.encode(text)
            // What stands in the middle is read as it is in a short text.
            let short = tokenizer.encode(String(repeating: unit, count: 600))
            #expect(
                ids.dropFirst(50).prefix(100).elementsEqual(short.dropFirst(50).prefix(100)), "\(unit)")
        }
    }
}
