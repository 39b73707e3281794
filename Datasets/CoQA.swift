import Contract
import Records

/// CoQA (Reddy et al. 2019): conversations about a story.
public enum CoQA: DatasetFormat {
    public static let card = DatasetCard(
        id: "coqa", name: "CoQA", summary: "CoQA JSON, one document a story with its conversation.",
        usage: "coqa=PATH",
        source: "https://stanfordnlp.github.io/coqa/",
        shape: "`{\"data\": [{\"id\", \"source\", \"story\", \"questions\": [{\"input_text\"}], \"answers\": "
            + "[{\"input_text\"}], \"additional_answers\": {\"0\": [{\"input_text\"}]}}]}`",
        reading:
            "a question has the turns before it in front (`Q: … A: …`), since it is about them; `unknown` means no "
            + "answer; `source` is the subset")

    public static func recognizes(_ file: FileBeginning) -> Bool {
        file.has("data[].story", "data[].questions[].input_text")
    }

    public static func open(_ source: DatasetSource) throws -> DocumentStream {
        try source.values(at: "data[]") { story in
            var turns = Dialogue()
            let answers = try story.list("answers")
            let others = try story.member("additional_answers")
            let more = try others.isMissing ? [] : others.members().map { try $0.list() }
            let id = try story.identifier("id")
            return Document(
                id: id, text: try story.text("story"),
                questions: try story.records("questions") { turn in
                    let place = turn.index
                    guard answers.indices.contains(place) else {
                        throw turn.fault("has no answer at its place")
                    }
                    let said = try answers[place].text("input_text")
                    let right =
                        [said]
                        + (try more.filter { $0.indices.contains(place) }.map {
                            try $0[place].text("input_text")
                        })
                    return Question(
                        id: "\(id)-\(place)", text: turns.ask(try turn.text("input_text"), thenHear: said),
                        answers: right.filter { $0.lowercased() != "unknown" }.distinct)
                }, subset: try story.textIfAny("source"))
        }
    }
}
