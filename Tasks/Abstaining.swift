import Contract
import Metrics

/// Questions of which some have no answer in the document, as in SQuAD 2: who cannot answer has to say so.
public struct Abstaining: TaskAdapter {
    public static let card = TaskCard(
        id: "abstaining", name: "Question answering with abstention",
        summary: "Questions that the document may not answer, scored by the SQuAD 2 rules.",
        metrics: [
            .exactMatch, .f1, .exactMatch.ofItems(answerable: true), .f1.ofItems(answerable: true),
            .exactMatch.ofItems(answerable: false), .cutOff,
        ])

    public init() {}

    public func items(of document: Document, in dataset: Dataset) -> [Item] {
        guard document.questions.contains(where: \.answers.isEmpty), !document.text.isEmpty else { return [] }
        return document.questions.filter(\.choices.isEmpty).map { question in
            Item(
                id: question.id,
                prompt: Prompt(
                    purpose: .answer,
                    instruction: "Answer the question about the text above with as few of its words as "
                        + "possible, or with \"\(Item.abstention)\" where it does not say.",
                    request: "Question: \(question.text)", answerPrefix: "Answer:", question: question.text),
                references: question.answers, outputLimit: .atLeast(24))
        }
    }
}
