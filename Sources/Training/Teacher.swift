import Contract
import Datasets
import Prompting
import Seeding
import Tasks
import Tokenizers

/// Makes lessons from gazette documents and from random tokens, repeatably.
struct Teacher {
    let tokenizer: Tokenizer
    let format: PromptFormat
    /// Of a token of the digest, against an answer's 1.
    let digestWeight: Float
    /// Tokens that gazette texts are made of.
    private let words: [Int32]
    private let end: [Int32]
    private let opening: PromptFormat.Opening
    private let readBack: [Int32]
    /// What stands before every context.
    var prefix: [Int32] { opening.prefix }

    init(tokenizer: Tokenizer, format: PromptFormat, digestWeight: Float = 0.5) throws {
        self.tokenizer = tokenizer
        self.format = format
        self.digestWeight = digestWeight
        words = Set(Gazette.vocabularyText.flatMap { tokenizer.encode($0) }).sorted()
        let prompt = Lesson.readBackPrompt
        end = format.end(of: prompt)
        opening = try format.opening(of: prompt)
        readBack = try format.closing(of: prompt)
    }

    /// Questions and the digest behind a document, or the document again.
    func document(
        subjects: Int, style: Gazette.Style = .list, readBack: Bool, questions: Int,
        using generator: inout SeededGenerator
    ) throws -> Lesson {
        let document = Gazette(split: .train, style: style).document(
            id: "", subjects: subjects, using: &generator)
        let context = format.context(document.text, behind: opening).tokens
        let dataset = Dataset(id: "", documents: [document])
        if readBack { return Lesson(prefix: prefix, context: context, tails: [repetition(of: context)]) }
        func tail(_ item: Item, weight: Float) throws -> Lesson.Tail {
            Lesson.Tail(
                prompt: try format.closing(of: item.prompt),
                target: tokenizer.encode(item.references[0]) + end, weight: weight)
        }
        let answers = QuestionAnswering().items(of: document, in: dataset).prefix(questions)
        let digests = Summarization().items(of: document, in: dataset)
        let tails =
            try answers.map { try tail($0, weight: 1) } + digests.map { try tail($0, weight: digestWeight) }
        return Lesson(prefix: prefix, context: context, tails: tails)
    }

    /// Random words to be read back.
    func copyDrill(words count: Int, using generator: inout SeededGenerator) -> Lesson {
        let context = (0..<count).map { _ in generator.element(of: words) }
        return Lesson(prefix: prefix, context: context, tails: [repetition(of: context)])
    }

    /// Random pairs of words; the first of each asks for the second.
    func recallDrill(pairs: Int, using generator: inout SeededGenerator) throws -> Lesson {
        let drawn = generator.shuffled(words).prefix(2 * pairs).map { $0 }
        let stop = tokenizer.encode(".").suffix(1)
        let marks = try format.closing(of: Prompt(purpose: .answer, question: ""))
        let (question, answer) = (marks.prefix(1), marks.suffix(1))
        var context: [Int32] = []
        var tails: [Lesson.Tail] = []
        for i in 0..<pairs {
            context += [drawn[2 * i], drawn[2 * i + 1]] + stop
            tails.append(
                Lesson.Tail(
                    prompt: question + [drawn[2 * i]] + answer, target: [drawn[2 * i + 1]] + end, weight: 1))
        }
        return Lesson(prefix: prefix, context: context, tails: tails)
    }

    private func repetition(of context: [Int32]) -> Lesson.Tail {
        Lesson.Tail(prompt: readBack, target: context + end, weight: 0.5)
    }
}
