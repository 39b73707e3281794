import Contract
import Prompting
import Reading
import Seeding
import SoftPrompts
import Tasks

/// Documents of any data format as a training reads them: in tokens, each with what is asked about it.
public struct TrainingTexts: Sendable {
    struct Text: Sendable {
        let tokens: [Int32]
        /// Questions with their answers; none where nothing is asked.
        let questions: [Lesson.Tail]
    }

    let learned: [Text]
    /// Of the fold that is held out: what is measured while the training goes on.
    let heldOut: [Text]
    let hash: String
    let prefixes: Prefixes
    /// What a compressor's card says about them.
    public let data: [CompressorCard.TrainingData]
    /// What a user should know of how they were read, a line each.
    public let remarks: [String]

    /// What stands before a context, by what follows it.
    struct Prefixes: Sendable {
        let answer, readBack, continuation: [Int32]
    }

    /// The most tokens that are kept in memory, 4 bytes each.
    public static let mostTokens = 500_000_000

    /// Reads every document once.
    /// - Parameter fold: what is held out of each of the datasets; nil for nothing
    /// - Throws: `DatasetError` where a dataset is unsound; `TrainingError` where nothing is left to learn from
    public init(_ streams: [DocumentStream], heldOut fold: Fold?, reader: Reader) throws {
        let format = reader.format
        let opening = try format.opening(of: Prompt(purpose: .answer))
        prefixes = Prefixes(
            answer: opening.prefix, readBack: try format.opening(of: Lesson.readBackPrompt).prefix,
            continuation: format.textPrefix)

        var (learned, heldOut): ([Text], [Text]) = ([], [])
        var (data, remarks): ([CompressorCard.TrainingData], [String]) = ([], [])
        var hash = SHA256()
        var total = 0
        for stream in streams {
            var documents = try stream.reader()
            var (count, tokens) = (0, 0)
            while let document = try documents.next() {
                let context = format.context(document.text, behind: opening).tokens
                let questions = try QuestionAnswering()
                    .items(of: document, in: Dataset(id: stream.id, documents: [document]))
                    .map { try Self.tail($0, reader: reader) }
                let text = Text(tokens: context, questions: questions)
                text.add(to: &hash)
                total += context.count
                guard total <= Self.mostTokens else { throw TrainingError.tooMuchText(most: Self.mostTokens) }
                if let fold, fold.holds(document) {
                    heldOut.append(text)
                } else {
                    learned.append(text)
                    count += 1
                    tokens += context.count
                }
            }
            remarks += documents.remarks
            data.append(
                .init(
                    dataset: stream.id, heldOut: fold?.description, documents: count, tokens: tokens))
        }
        guard !learned.isEmpty else {
            throw TrainingError.nothingToLearn(
                data: streams.map(\.id),
                reason: fold.map { "all of it is in the fold \($0) that is held out" })
        }
        if let fold, heldOut.isEmpty {
            remarks.append(
                "no document is in the fold \(fold) that is held out, so that nothing is measured beside the training"
            )
        }
        self.learned = learned
        self.heldOut = heldOut
        self.data = data
        self.remarks = remarks
        self.hash = hash.finish()
    }

    private static func tail(_ item: Item, reader: Reader) throws -> Lesson.Tail {
        Lesson.Tail(
            prompt: try reader.format.closing(of: item.prompt),
            target: reader.tokens(ofReference: item.references[0], to: item.prompt)
                + reader.format.end(of: item.prompt), weight: 1)
    }
}

extension TrainingTexts.Text {
    fileprivate func add(to hash: inout SHA256) {
        func add(_ tokens: [Int32]) {
            withUnsafeBytes(of: Int64(tokens.count)) { hash.update($0) }
            tokens.withUnsafeBytes { hash.update($0) }
        }
        add(tokens)
        for question in questions {
            add(question.prompt)
            add(question.target)
        }
    }
}
