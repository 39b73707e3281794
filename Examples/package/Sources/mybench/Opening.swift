import Contract

/// How the document begins: a task with words and a metric of its own.
struct Opening: TaskAdapter {
    static let card = TaskCard(
        id: "opening", name: "Opening", summary: "The first word of the document.", metrics: [Self.firstWord],
        version: "1")

    static let firstWord = Metric(id: "first_word", name: "First word", range: 0...1) { answer in
        let word = answer.output.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
        return answer.references.contains(word) ? 1 : 0
    }

    func items(of document: Document, in dataset: Dataset) -> [Item] {
        guard let word = document.text.split(whereSeparator: \.isWhitespace).first else { return [] }
        return [
            Item(
                id: "\(document.id)-opening",
                prompt: Prompt(
                    purpose: .readBack, instruction: "Repeat the text above word for word.",
                    answerPrefix: "The text above, word for word:"),
                references: [String(word)], outputLimit: .tokens(8))
        ]
    }
}
