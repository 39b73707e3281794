import Contract
import Datasets
import Foundation
import TestSupport
import Testing

struct SQuADTests {
    private let file = temporaryPath("squad", suffix: ".json")

    private func read(_ json: String) throws -> Dataset {
        try Data(json.utf8).write(to: file)
        return try SQuAD.open(DatasetSource("squad=\(file.path)")).dataset()
    }

    @Test func `paragraphs become documents; unanswerable questions have no answers`() throws {
        let dataset = try read(
            #"{"version":"v2.0","data":[{"title":"T","paragraphs":[{"context":"Oslo is big.","qas":["#
                + #"{"id":"1","question":"What is big?","answers":[{"text":"Oslo","answer_start":0},{"text":"Oslo."}]},"#
                + #"{"id":"2","question":"Who?","is_impossible":true,"answers":[]}]}]}]}"#)
        #expect(dataset.documents.count == 1)
        #expect(dataset.documents[0].text == "Oslo is big.")
        #expect(dataset.documents[0].questions.map(\.answers) == [["Oslo", "Oslo."], []])
        #expect(dataset.documents[0].summary == nil)
    }

    @Test(arguments: [
        (
            #"{"data":[{"paragraphs":[{"context":"c","qas":[{"id":"1","question":7,"answers":[]}]}]}]}"#,
            "data[0].paragraphs[0].qas[0].question"
        ),
        (
            #"{"data":[{"paragraphs":[{"context":"c","qas":[{"id":"1","question":"q","answers":[{}]}]}]}]}"#,
            "data[0].paragraphs[0].qas[0].answers[0].text"
        ),
        (#"{"data":[{"paragraphs":[{"qas":[]}]}]}"#, "data[0].paragraphs[0].context"),
        (#"{"data":[{"title":"x"}]}"#, "data[0].paragraphs"), (#"{"data":"x"}"#, "data"),
        ("[]", "holds no records"),
        ("{", "line 1 is no JSON"),
    ])
    func `a malformed row is named with its place`(_ json: String, _ place: String) throws {
        let error = #expect(throws: DatasetError.self) { try read(json) }
        let text = error?.description ?? ""
        #expect(
            text.contains(place) && text.contains(file.lastPathComponent) && !text.contains("\n"), "\(text)")
    }
}
