import Contract

/// Whether the document mentions somebody: a task with its own wording and its own metric.
///
/// Half of the names are of the document, half of another one of the dataset.
public struct YesNo: TaskAdapter {
    public static let card = TaskCard(
        id: "yes-no", name: "Mentioned or not",
        summary: "Whether a name stands in the document, yes or no.", metrics: [Self.balanced])

    /// 1 for the right word, 0 for the wrong one, -1 for what is neither.
    static let balanced = Metric(id: "verdict", name: "Verdict", range: -1...1) { answer in
        let word = answer.output.lowercased().split { !$0.isLetter }.first.map(String.init) ?? ""
        guard ["yes", "no"].contains(word) else { return -1 }
        return answer.references.contains(word) ? 1 : 0
    }

    public init() {}

    public func items(of document: Document, in dataset: Dataset) -> [Item] {
        guard let place = dataset.documents.firstIndex(where: { $0.id == document.id }) else { return [] }
        let other = dataset.documents[(place + 1) % dataset.documents.count]
        return [(document, "yes"), (other, "no")].compactMap { source, verdict in
            guard let name = source.questions.first?.answers.first,
                document.text.contains(name) == (verdict == "yes")
            else { return nil }
            return Item(
                id: "\(document.id)-\(verdict)",
                prompt: Prompt(
                    purpose: .init(rawValue: "yes-no"), before: "Read this notice.",
                    instruction: "Say whether the text above mentions the name, yes or no.",
                    request: "Name: \(name)", answerPrefix: "Mentioned:", question: "Is \(name) mentioned?"),
                references: [verdict], outputLimit: .tokens(4))
        }
    }
}
