import Contract
import Records

/// The format of the MRQA 2019 shared task (Fisch et al. 2019), in which eighteen question answering sets are written.
public enum MRQA: DatasetFormat {
    public static let card = DatasetCard(
        id: "mrqa", name: "MRQA", summary: "JSON lines of the MRQA 2019 shared task, one document a context.",
        usage: "mrqa=PATH", source: "https://github.com/mrqa/MRQA-Shared-Task-2019",
        shape:
            "a line `{\"header\": …}`, then lines `{\"context\", \"qas\": [{\"qid\", \"question\", \"answers\": […]}]}`; "
            + "usually gzip",
        reading: "a line is a context with its questions; marks such as `[PAR]` stay in it")

    public static func recognizes(_ file: FileBeginning) -> Bool {
        file.has("context", "qas[].question", "qas[].answers")
    }

    public static func open(_ source: DatasetSource) throws -> DocumentStream {
        try source.rows { line in
            guard try line.member("header").isMissing else { return nil }
            return Document(
                id: line.id, text: try line.text("context"),
                questions: try line.records("qas") { question in
                    Question(
                        id: try question.identifier("qid"), text: try question.text("question"),
                        answers: try question.texts("answers").distinct)
                })
        }
    }
}
