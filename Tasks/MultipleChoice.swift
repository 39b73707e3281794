import Contract
import Metrics

/// Questions with answers to choose from: the most likely one is the answer.
public struct MultipleChoice: TaskAdapter {
    public static let card = TaskCard(
        id: "multiple-choice", name: "Multiple choice",
        summary:
            "Answers chosen by their likelihood, a token on average, behind the context and the question.",
        metrics: [.choiceAccuracy, .nats])

    public init() {}

    public func items(of document: Document, in dataset: Dataset) -> [Item] {
        guard !document.text.isEmpty else { return [] }
        return document.questions.filter { !$0.choices.isEmpty }.map { question in
            Item(
                id: question.id,
                prompt: Prompt(
                    purpose: .answer,
                    instruction: "Answer the question about the text above with one of these:\n"
                        + question.choices.joined(separator: "\n"),
                    request: "Question: \(question.text)", answerPrefix: "Answer:", question: question.text),
                references: question.answers, choices: question.choices, outputLimit: .tokens(1))
        }
    }
}
