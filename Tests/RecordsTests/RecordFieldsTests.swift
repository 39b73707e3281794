import Contract
import Foundation
import Records
import Testing

struct RecordFieldsTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func read(_ line: String, _ fields: String) throws -> Document? {
        var source = DatasetSource("own=\(try scratch.write(line.utf8).path)")
        source.fields = DatasetSource.Option.list(fields)
        let names = try RecordFields(source)
        return try source.rows(takesFields: true, make: names.document).dataset().documents.first
    }

    @Test func `members are what they are called, or what users say`() throws {
        let document = try read(
            #"{"p":["One.","Two."],"q":"Who?","gold":{"texts":["A",7,"A"]},"tldr":"S","key":9,"art":"g"}"#,
            "context=p, question=q,answers=gold.texts,summary=tldr,id=key,group=art")
        #expect(document?.text == "One.\n\nTwo." && document?.summaries == ["S"] && document?.group == "g")
        #expect(document?.questions == [Question(id: "9", text: "Who?", answers: ["A", "7"])])
        let plain = try read(#"{"text":"T","question":"Q?","answer":null}"#, "")
        #expect(
            plain == Document(id: "1", text: "T", questions: [Question(id: "1", text: "Q?", answers: [])]))
    }

    @Test(arguments: ["1", "\"1\"", "\"b\"", "\"B\"", "\"banana\""])
    func `a label is a choice's place, letter or text`(_ label: String) throws {
        let document = try read(
            "{\"question\":\"Q?\",\"choices\":[\"apple\",\"banana\"],\"label\":\(label)}", "context=")
        #expect(document?.questions.first?.answers == ["banana"] && document?.text.isEmpty == true)
    }

    @Test(arguments: [
        (
            #"{"passage":"P","question":"Q?","answers":["A"]}"#, "",
            "has no context; its members are answers, passage"
        ),
        (#"{"context":"P","question":"Q?","target":"A"}"#, "", "has a question and no answers"),
        (
            #"{"context":"P","query":"Q?"}"#, "question=qery",
            "has no 'qery', which --fields names; its members are con"
        ),
        (
            #"{"context":"P","question":"Q?","choices":["a"],"label":3}"#, "",
            "label is 3, expected one of the 1 choices"
        ),
        (#"{"context":"P","question":["Q?"],"answers":"A"}"#, "", "question is a list, expected a text"),
        (
            #"{"context":"P"}"#, "contxt=context",
            "cannot take '--fields contxt=context'; expected NAME=COLUMN"
        ),
    ])
    func `what is not there, or not what it should be, is named`(
        _ line: String, _ fields: String, _ reason: String
    ) throws {
        let error = #expect(throws: DatasetError.self) { try read(line, fields) }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }
}
