import Contract
import Records

/// LongBench v2 (Bai et al. 2024): questions with four choices about contexts of up to two million words.
public enum LongBenchV2: DatasetFormat {
    public static let card = DatasetCard(
        id: "longbench-v2", name: "LongBench v2",
        summary: "LongBench v2 JSON, one document a question of four choices.",
        usage: "longbench-v2=PATH", source: "https://longbench2.github.io",
        shape:
            "a list, or lines, of `{\"_id\", \"domain\", \"context\", \"question\", \"choice_A\" … \"choice_D\", "
            + "\"answer\": \"A\"}`",
        reading: "the answer is the text of the choice that is right; `domain` is the subset")

    public static func recognizes(_ file: FileBeginning) -> Bool {
        file.has("context", "question", "choice_A", "choice_D", "answer")
    }

    public static func open(_ source: DatasetSource) throws -> DocumentStream {
        try source.rows(joinsNeighbours: true) { row in
            let letters = ["A", "B", "C", "D"]
            let choices = try letters.map { try row.text("choice_\($0)") }
            guard let right = letters.firstIndex(of: try row.text("answer")) else {
                throw try row.member("answer").unexpected("A, B, C or D")
            }
            return Document(
                id: row.id, text: try row.text("context"),
                questions: [
                    Question(
                        id: try row.identifier("_id"), text: try row.text("question"),
                        answers: [choices[right]],
                        choices: choices)
                ], subset: try row.textIfAny("domain"))
        }
    }
}
