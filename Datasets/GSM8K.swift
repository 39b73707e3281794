import Contract
import Records

/// GSM8K (Cobbe et al. 2021) and what is written like it: problems with worked answers.
public enum GSM8K: DatasetFormat {
    public static let card = DatasetCard(
        id: "gsm8k", name: "GSM8K",
        summary: "GSM8K JSON lines: problems with worked answers and a final number.",
        usage: "gsm8k=PATH", source: "https://github.com/openai/grade-school-math",
        shape: "lines `{\"question\", \"answer\": \"steps …\\n#### 42\"}`",
        reading:
            "there is no context; the answer is the final number, without commas, and the steps before it explain it"
    )

    public static func recognizes(_ file: FileBeginning) -> Bool {
        file.has("question", "answer") && !file.has("context")
    }

    public static func open(_ source: DatasetSource) throws -> DocumentStream {
        try source.rows { row in
            let worked = try row.text("answer")
            guard let mark = worked.ranges(of: "####").last else {
                throw try row.member("answer").unexpected("steps and, behind ####, a final number")
            }
            let number = worked[mark.upperBound...].filter { $0 != "," && !$0.isWhitespace }
            guard !number.isEmpty else {
                throw try row.member("answer").unexpected("a final number behind ####")
            }
            let steps = worked[..<mark.lowerBound].reversed().drop(while: \.isWhitespace).reversed()
            return Document(
                id: row.id, text: "",
                questions: [
                    Question(
                        id: row.id, text: try row.text("question"), answers: [String(number)],
                        explanation: String(steps))
                ])
        }
    }
}
