import Contract
import Metrics

/// Worked examples are the context: what is compressed is how a kind of problem is solved.
///
/// The data's problems have no text of their own, such as those of GSM8K or the lines of a classification set.
public struct InContextLearning: TaskAdapter {
    public static let card = TaskCard(
        id: "in-context", name: "In-context learning",
        summary:
            "A new problem behind a context of worked examples, scored by the final number or the label.",
        metrics: [.finalAnswer, .nats, .cutOff])

    public init() {}

    public func items(of document: Document, in dataset: Dataset) -> [Item] {
        guard document.text.isEmpty else { return [] }
        return document.questions.filter { !$0.answers.isEmpty }.map { question in
            Item(
                id: question.id,
                prompt: Prompt(
                    purpose: .answer, instruction: "Solve the next problem as the ones above.",
                    request: "Question: \(question.text)", answerPrefix: "Answer:", question: question.text),
                references: question.answers,
                outputLimit: question.explanation == nil ? .atLeast(16) : .tokens(256))
        }
    }

    public func unit(of document: Document, in dataset: Dataset, examples: [Document]) -> DocumentItems? {
        let items = items(of: document, in: dataset)
        let worked = examples.filter { $0.id != document.id }.flatMap(\.questions).filter {
            !$0.answers.isEmpty
        }
        guard !items.isEmpty, !worked.isEmpty else { return nil }
        let text = worked.map { "Question: \($0.text)\nAnswer: \(Self.answer(to: $0))" }
            .joined(separator: "\n\n")
        return DocumentItems(Document(id: "examples", text: text, questions: []), items)
    }

    /// The steps on one line, where the data has them, and what they come to.
    private static func answer(to question: Question) -> String {
        let answer = question.answers[0]
        guard let steps = question.explanation else { return answer }
        let line = steps.split(whereSeparator: \.isNewline).joined(separator: " ")
        return "\(line) The answer is \(answer)."
    }
}
