import Bench
import Datasets
import Metrics

/// Questions about the document, answered in a few words.
public struct QuestionAnswering: TaskAdapter {
    public static let card = TaskCard(
        id: "qa", name: "Question answering",
        summary: "Answers to questions about the document, scored by the SQuAD rules.",
        metrics: [.exactMatch, .f1])

    public init() {}

    public func examples(of document: Document) -> [Example] {
        document.questions.map { question in
            Example(
                id: question.id, document: document, instruction: .answer(question: question.text),
                references: question.answers, outputLimit: .tokens(24))
        }
    }
}
