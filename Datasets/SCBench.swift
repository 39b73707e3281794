import Contract
import Records

/// SCBench (Li et al. 2024): one long context, many questions about it.
public enum SCBench: DatasetFormat {
    public static let card = DatasetCard(
        id: "scbench", name: "SCBench",
        summary: "SCBench JSON lines, one document with the questions of all its turns.",
        usage: "scbench=PATH", source: "https://github.com/microsoft/MInference/tree/main/scbench",
        shape: "lines `{\"id\", \"context\", \"multi_turns\": [{\"input\", \"answer\", \"options\"}]}`",
        reading:
            "each turn is a question of its own (the benchmark's multi-request mode), `options` its choices; several "
            + "answers are each right, but where variables are to be found all of them together")

    public static func recognizes(_ file: FileBeginning) -> Bool {
        file.has("multi_turns[].input", "multi_turns[].answer")
    }

    public static func open(_ source: DatasetSource) throws -> DocumentStream {
        try source.rows { line in
            let turns = try line.records("multi_turns") { turn in
                let input = try turn.text("input")
                let answers = try turn.texts("answer")
                let options = try turn.member("options")
                return Question(
                    id: turn.id, text: input,
                    answers: input.contains("Find all variables")
                        ? [answers.joined(separator: " ")] : answers.distinct,
                    choices: options.isMissing ? [] : try options.texts())
            }
            return Document(
                id: try line.identifier("id"), text: try line.member("context", or: "input").text(),
                questions: turns)
        }
    }
}
