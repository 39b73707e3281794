import Contract
import Tasks
import Testing

struct ConversationTests {
    private func items(_ questions: [Question], text: String = "Ann is a baker in Oslo.") -> [Item] {
        let document = Document(id: "d", text: text, questions: questions)
        return Conversation().items(of: document, in: Dataset(id: "c", documents: [document]))
    }

    private let turns = [
        Question(id: "1", text: "Who is told of?", answers: ["Ann", "Ann B."]),
        Question(id: "?", text: "What is not said?", answers: []),
        Question(id: "2", text: "What is she?", answers: ["a baker"]),
        Question(id: "3", text: "Where?", answers: ["Oslo"]),
    ]

    @Test func `each turn has the earlier ones behind the context, with the right answers`() {
        let asked = items(turns)
        #expect(asked.map(\.id) == ["1", "2", "3"])
        #expect(
            asked.map { $0.prompt.history.map(\.answer) } == [[], ["Ann"], ["Ann", "a baker"]])
        #expect(asked[2].prompt.history.map(\.question) == ["Who is told of?", "What is she?"])
        #expect(asked[2].prompt.question == "Where?" && asked[2].references == ["Oslo"])
    }

    @Test func `one question is no conversation, and there is none about nothing`() {
        #expect(items([turns[0]]).isEmpty && items(turns, text: "").isEmpty)
    }

    @Test func `a user's words are those of the earlier turns too`() throws {
        let wording = try Wording(["request": "Q: {question}"], of: "w.json")
        let prompt = wording.applied(to: items(turns)[2].prompt, choices: [])
        #expect(prompt.history.map(\.request) == ["Q: Who is told of?", "Q: What is she?"])
        #expect(prompt.request == "Q: Where?")
    }
}
