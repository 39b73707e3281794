import Contract
import Metrics

/// Turns of a conversation about the document: each question behind the earlier ones and their right answers.
///
/// The context is compressed once, before the first turn; what was said since then stays as it is, so that later turns
/// can be answered from earlier ones too. As in SCBench (Li et al. 2024), the turns before are the data's, not the
/// model's.
public struct Conversation: TaskAdapter {
    public static let card = TaskCard(
        id: "conversation", name: "Conversation",
        summary: "Questions about the document, each behind the earlier ones with their answers.",
        metrics: [.exactMatch, .f1, .contains, .nats, .cutOff], isOnRequest: true)

    public init() {}

    public func items(of document: Document, in dataset: Dataset) -> [Item] {
        let asked = document.questions.filter { !$0.answers.isEmpty && $0.choices.isEmpty }
        guard !document.text.isEmpty, asked.count > 1 else { return [] }
        return asked.enumerated().map { i, question in
            var prompt = Prompt(
                purpose: .answer,
                instruction:
                    "Answer the questions about the text above with as few of its words as possible.",
                request: request(question), answerPrefix: "Answer:", question: question.text)
            prompt.history = asked[..<i].map {
                Prompt.Exchange(request: request($0), question: $0.text, answer: $0.answers[0])
            }
            return Item(
                id: question.id, prompt: prompt, references: question.answers, outputLimit: .atLeast(24))
        }
    }

    private func request(_ question: Question) -> String { "Question: \(question.text)" }
}
