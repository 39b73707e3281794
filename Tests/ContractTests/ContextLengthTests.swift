import Contract
import Testing

/// Documents as contexts of another length, and one part of a collection.
struct ContextLengthTests {
    private func document(
        _ id: String, _ text: String, asked: Bool = true, group: String? = "article", subset: String? = nil,
        summaries: [String] = []
    ) -> Document {
        Document(
            id: id, text: text,
            questions: asked ? [Question(id: "\(id)?", text: "What?", answers: ["x"])] : [],
            summaries: summaries, group: group, subset: subset)
    }

    private func contexts(_ words: Int, _ documents: [Document]) throws -> Dataset {
        try DocumentStream(id: "data", documents: documents).contexts(ofWords: words).dataset()
    }

    @Test func `neighbours of a group are one context with the questions of all`() throws {
        let data = try contexts(
            5,
            [
                document("a", "one two"), document("b", "three four five"), document("c", "six"),
                document("d", "seven", group: "other"), document("e", "eight", group: nil),
                document("f", "nine", group: nil),
            ])
        #expect(data.id == "data,context-words=5")
        #expect(data.documents.map(\.id) == ["a+1", "c", "d", "e", "f"])
        #expect(data.documents[0].text == "one two\n\nthree four five")
        #expect(
            data.documents[0].questions.map(\.id) == ["a?", "b?"] && data.documents[0].group == "article")
    }

    @Test func `what is of two parts, or has a summary, is not joined`() throws {
        let data = try contexts(
            9,
            [
                document("a", "one", subset: "x"), document("b", "two", subset: "y"),
                document("c", "three", subset: "y", summaries: ["3"]), document("d", "", subset: "y"),
            ])
        #expect(data.documents.map(\.id) == ["a", "b", "c", "d"])
    }

    @Test func `a text is cut at line ends, a long line at words, and nothing is lost`() throws {
        let text = "one two\nthree\n\nfour five six seven\neight nine ten eleven twelve thirteen fourteen"
        let parts = try contexts(4, [document("t", text, asked: false, group: nil)]).documents
        #expect(
            parts.map(\.text) == [
                "one two\nthree\n", "four five six seven", "eight nine ten eleven",
                "twelve thirteen fourteen",
            ])
        #expect(parts.map(\.id) == ["t#1", "t#2", "t#3", "t#4"] && parts.allSatisfy { $0.group == "t" })
    }

    @Test func `what has questions stays whole, and is counted`() throws {
        let data = try contexts(2, [document("a", "one two three"), document("b", "four", group: "b")])
        #expect(data.documents.map(\.text) == ["one two three", "four"])
        #expect(
            data.remarks == ["1 documents with questions or summaries have more than 2 words and stay whole"])
    }

    @Test func `one part of a collection, or an error with its parts`() throws {
        let stream = DocumentStream(
            id: "data", documents: [document("a", "1", subset: "x"), document("b", "2", subset: "y")])
        let part = try stream.subset("y").dataset()
        #expect(part.documents.map(\.id) == ["b"] && part.id == "data,subset=y")
        #expect {
            try stream.subset("z").dataset()
        } throws: {
            "\($0)" == "the dataset data cannot take '--subset z'; expected one of its subsets: x, y"
        }
    }
}
