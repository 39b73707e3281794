import Contract
import Records

/// QuAC (Choi et al. 2018): dialogues in which a student asks about a section that only the teacher sees.
public enum QuAC: DatasetFormat {
    public static let card = DatasetCard(
        id: "quac", name: "QuAC", summary: "QuAC JSON, one document a section with its dialogue.",
        usage: "quac=PATH",
        source: "https://quac.ai",
        shape:
            "`{\"data\": [{\"paragraphs\": [{\"context\", \"qas\": [{\"id\", \"question\", \"answers\": [{\"text\"}], "
            + "\"orig_answer\"}]}]}]}`",
        reading:
            "a question has the turns before it in front (`Q: … A: …`), since it is about them; CANNOTANSWER, which "
            + "ends each context too, means no answer")

    public static func recognizes(_ file: FileBeginning) -> Bool {
        file.has("data[].paragraphs[].qas[].followup", "data[].paragraphs[].qas[].answers")
    }

    private static let mark = "CANNOTANSWER"

    public static func open(_ source: DatasetSource) throws -> DocumentStream {
        try source.values(at: "data[].paragraphs[]") { section in
            var turns = Dialogue()
            let text = try section.text("context")
            return Document(
                id: section.id,
                text: text.hasSuffix(" " + mark) ? String(text.dropLast(mark.count + 1)) : text,
                questions: try section.records("qas") { turn in
                    // What tells a dialogue from questions that stand alone.
                    _ = try turn.text("followup")
                    let answers = try SQuAD.answers(of: turn).filter { $0 != mark }
                    let original = try turn.member("orig_answer")
                    let said = original.isMissing ? answers.first ?? mark : try original.text("text")
                    return Question(
                        id: try turn.identifier("id"),
                        text: turns.ask(
                            try turn.text("question"), thenHear: said == mark ? "I cannot answer that." : said
                        ),
                        answers: answers)
                }, group: section.group)
        }
    }
}
