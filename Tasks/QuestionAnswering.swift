import Contract
import Metrics

/// Questions about the document, answered in a few words.
public struct QuestionAnswering: TaskAdapter {
    public static let card = TaskCard(
        id: "qa", name: "Question answering",
        summary: "Answers to questions about the document, scored by the SQuAD rules.",
        metrics: [.exactMatch, .f1, .contains, .precision, .recall, .nats, .cutOff])

    public init() {}

    public func items(of document: Document, in dataset: Dataset) -> [Item] {
        guard !document.text.isEmpty else { return [] }
        return document.questions.filter { !$0.answers.isEmpty && $0.choices.isEmpty }.map { question in
            Item(
                id: question.id,
                prompt: Prompt(
                    purpose: .answer,
                    instruction:
                        "Answer the question about the text above with as few of its words as possible.",
                    request: "Question: \(question.text)", answerPrefix: "Answer:", question: question.text),
                references: question.answers, outputLimit: .atLeast(24))
        }
    }
}
