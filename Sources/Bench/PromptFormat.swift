import LanguageModels
import Tokenizers

/// How a model wants to be asked: the tokens around a context, for each instruction.
public struct PromptFormat {
    /// Before the context, outside every budget: the token that begins a sequence, if there is one.
    public let prefix: [Int32]
    /// Tokens that end an output.
    public let stop: Set<Int32>
    private let render: (Instruction) -> [Int32]

    /// The format that the model's folder asks for.
    ///
    /// A tokenizer with the marks of the bundled models is prompted by marks; any other by plain text.
    public init(for configuration: ModelConfiguration, tokenizer: Tokenizer) {
        prefix = configuration.bosID.map { [$0] } ?? []
        let marks = Dictionary(
            uniqueKeysWithValues: Mark.allCases.compactMap { mark in
                tokenizer.id(of: mark.rawValue).map { (mark, [$0]) }
            })
        if marks.count == Mark.allCases.count {
            stop = Set(marks[.end, default: []])
            render = { instruction in
                switch instruction {
                case .answer(let question):
                    marks[.question, default: []] + tokenizer.encode(question) + marks[.answer, default: []]
                case .summarize: marks[.summary, default: []]
                case .readBack: marks[.readBack, default: []]
                }
            }
        } else {
            // A base model goes on writing: the first line is its answer.
            stop = Set(configuration.eosIDs + tokenizer.encode("\n").suffix(1))
            render = { instruction in
                switch instruction {
                case .answer(let question): tokenizer.encode("\n\nQuestion: \(question)\nAnswer:")
                case .summarize: tokenizer.encode("\n\nSummary of the text above:")
                case .readBack: tokenizer.encode("\n\nThe text above, word for word:")
                }
            }
        }
    }

    /// What follows the context.
    public func suffix(_ instruction: Instruction) -> [Int32] { render(instruction) }

    /// The special tokens of the bundled models.
    public enum Mark: String, CaseIterable, Sendable {
        case padding = "<pad>"
        case begin = "<bos>"
        case end = "<eos>"
        case question = "<q>"
        case answer = "<a>"
        case summary = "<sum>"
        case readBack = "<ae>"
        case goOn = "<lm>"
    }
}
