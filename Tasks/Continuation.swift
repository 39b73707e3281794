import Contract
import Metrics

/// How well the decoder predicts what follows a text behind the compressed beginning.
public struct Continuation: TaskAdapter {
    public static let card = TaskCard(
        id: "continuation", name: "Continuation",
        summary: "The words behind the document's first three quarters: what a token of them costs.",
        metrics: [.nats, .perplexity, .tokenAccuracy], isOnRequest: true)

    /// Words that are shown before the first that is predicted, and the most that are predicted.
    private static let (shown, predicted) = (4, 96)

    public init() {}

    public func items(of document: Document, in dataset: Dataset) -> [Item] {
        let words = Self.words(of: document.text)
        let begin = words.count * 3 / 4
        let shown = words[begin...].prefix(Self.shown)
        let rest = words[begin...].dropFirst(Self.shown).prefix(Self.predicted)
        guard begin > 0, !rest.isEmpty else { return [] }
        return [
            Item(
                id: "\(document.id)-continuation",
                prompt: Prompt(purpose: .continuation, request: shown.joined()),
                references: [rest.joined()], outputLimit: .tokens(1))
        ]
    }

    public func unit(of document: Document, in dataset: Dataset, examples: [Document]) -> DocumentItems? {
        let items = items(of: document, in: dataset)
        guard !items.isEmpty else { return nil }
        let words = Self.words(of: document.text)
        return DocumentItems(
            Document(id: document.id, text: words.prefix(words.count * 3 / 4).joined(), questions: []), items)
    }

    /// Each with the white space in front of it.
    private static func words(of text: String) -> [Substring] {
        var words: [Substring] = []
        var start = text.startIndex
        var isBehindWord = false
        for index in text.indices {
            let isSpace = text[index].isWhitespace
            if isSpace, isBehindWord {
                words.append(text[start..<index])
                start = index
            }
            isBehindWord = !isSpace
        }
        if isBehindWord { words.append(text[start...]) }
        return words
    }
}
