import Site
import Testing

/// Where kept text stands in its context.
struct KeptTextTests {
    private func marked(_ kept: String, _ context: String) -> String {
        let parts = KeptText(kept, in: context).parts
        #expect(parts.map(\.text).joined() == context)
        return parts.map { $0.isKept ? "[\($0.text)]" : $0.text }.joined()
    }

    @Test func `head, tail, both, scattered words`() {
        let context = "the cat sat on the mat and the cat sat"
        #expect(marked("the cat", context) == "[the cat] sat on the mat and the cat sat")
        #expect(marked(" and the cat sat", context) == "the cat sat on the mat [and the cat sat]")
        #expect(marked("the cat the cat sat", context) == "[the cat] sat on the mat and[ the cat sat]")
        #expect(marked("sat mat", context) == "the cat [sat] on the[ mat] and the cat sat")
        #expect(marked(context, context) == "[\(context)]")
        #expect(marked("", context) == context)
        #expect(marked("cat", "") == "")
    }

    @Test func `words are not cut where they need not be`() {
        #expect(marked("is the", "this is what the other is") == "this [is] what[ the] other is")
        #expect(
            marked("lamps", "she makes lam and clamps and lamps") == "she makes lam and clamps and [lamps]")
    }

    @Test func `what is not in the context is passed over, and no character is cut`() {
        #expect(marked("zz cat", "a cat sat") == "a[ cat] sat")
        #expect(marked("\u{fffd}né", "Rená né née") == "Rená [né] née")
        #expect(marked("é", "naïve café") == "naïve caf[é]")
    }

    @Test func `a very long context is read at once`() {
        let context = String(repeating: "ab ", count: 4000)
        #expect(marked(String(repeating: "ab", count: 4000), context).hasPrefix("[ab] [ab]"))
    }
}
