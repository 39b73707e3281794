import Seeding
import Testing

struct SourceCodeTests {
    private let code = #"""
        import Contract

        public struct Keep: DirectMethod {
            public static let card = MethodCard(
                id: "keep", name: "Keep", isQueryAware: true, summary: "One \("word")s.", paper: link("https://x"))

            let name = "a // no comment \(f("x", (1 + 2)))"
            let raw = ##"a "#(quoted) /* none */"##
            let long = """
                keep  "these"   spaces
                """
            public var passes: Double { 3 }
            func f(_ x: Int) -> Int { x + 1 }
        }
        """#

    @Test func `comments, empty lines, the card's words and how often a context is read do not count`() {
        let other = code.replacing("One \\(\"word\")s.", with: "Another sentence (with a parenthesis.")
            .replacing("name: \"Keep\"", with: "name: \"Kept\"")
            .replacing(
                "x\"))\n",
                with: "x\"),\n parameters: [\"keep\": \"which (of two)\", \"sinks\": \"the first\",\n])\n"
            )
            .replacing("Double { 3 }", with: "Double { /* twice */ 1.5 }")
            .replacing("            let name", with: "\n\n            // Why /* it is so.\n   let name")
            .replacing("{ x + 1 }", with: "{ /* /* nested */ \" */ x+1 }")
            .replacing("(_ x: Int) ->", with: "(\n                _ x: Int,\n            )\n->")
        #expect(other != code)
        #expect(SourceCode.reduced(other) == SourceCode.reduced(code))
    }

    @Test(arguments: [
        ("true", "false"), ("no comment", "another"), ("(1 + 2)", "(1 - 2)"), ("none", "some"),
        ("  \"these", " \"these"),
        ("x + 1", "x + 2"), ("(_ x: Int)", "(_ y: Int)"), ("DirectMethod", "ScorerMethod"),
    ])
    func `everything else does`(_ before: String, _ after: String) {
        let other = code.replacing(before, with: after)
        #expect(other != code && SourceCode.reduced(other) != SourceCode.reduced(code))
    }

    @Test(arguments: [
        "\"", "/*", "\"\"\"", "#\"", "\"\\(", "\"\\", "static let card = X(\"", "))", "##", "\"\\(\"\\(",
    ])
    func `any text ends`(_ text: String) {
        #expect(SourceCode.reduced(text).utf8.count <= text.utf8.count + 8)
    }
}
