import Contract
import Records

/// RULER (Hsieh et al. 2024): made-up tasks of any length, such as needles in a haystack.
public enum RULER: DatasetFormat {
    public static let card = DatasetCard(
        id: "ruler", name: "RULER", summary: "RULER JSON lines, one document a line.", usage: "ruler=PATH",
        source: "https://github.com/NVIDIA/RULER",
        shape: "lines `{\"index\", \"input\", \"outputs\": […]}`",
        reading:
            "the last line of `input` is the question, what stands before it the context; all outputs together are "
            + "the answer, but any of them where documents are asked about (its `qa` tasks)")

    public static func recognizes(_ file: FileBeginning) -> Bool { file.has("index", "input", "outputs") }

    public static func open(_ source: DatasetSource) throws -> DocumentStream {
        try source.rows { line in
            let input = try line.text("input")
            guard let lineEnd = input.lastIndex(of: "\n") else {
                throw try line.member("input").fault(
                    "has one line; expected a context and, in the last, the question")
            }
            let outputs = try line.texts("outputs")
            let asksForAny = input.hasPrefix("Answer the question based on the given documents")
            return Document(
                id: line.id, text: String(input[..<lineEnd]),
                questions: [
                    Question(
                        id: line.id, text: String(input[lineEnd...].dropFirst()),
                        answers: asksForAny ? outputs.distinct : [outputs.joined(separator: ", ")])
                ])
        }
    }
}
