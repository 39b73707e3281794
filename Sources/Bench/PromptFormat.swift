import LanguageModels
import Tokenizers

/// How a model wants to be asked: the tokens around a context, for each instruction.
public struct PromptFormat {
    /// Before the context, outside every budget: what begins a sequence and, for a chat model, opens
    /// the user's turn.
    public let prefix: [Int32]
    /// What begins a text that is no prompt of a task's.
    public let textPrefix: [Int32]
    /// Tokens that end an output.
    public let stop: Set<Int32>
    /// The chat template around the user's turn; nil for a model that is prompted otherwise.
    public let chatTemplate: ChatTemplate?
    private let tokenizer: Tokenizer
    private let style: Style

    private enum Style {
        /// Each instruction is a token.
        case marks([Mark: [Int32]])
        /// A base model goes on writing.
        case plain
        /// The context follows a space of the template's, or not, and a token or a text.
        case chat(ChatTemplate, space: String, TextPlace)
    }

    /// The format that the model's folder asks for.
    ///
    /// A tokenizer with the marks of the bundled models is prompted by marks; a model with a chat
    /// template gets context and instruction in the user's turn; any other plain text.
    public init(for configuration: ModelConfiguration, tokenizer: Tokenizer, chat: ChatTemplate? = nil) {
        self.tokenizer = tokenizer
        chatTemplate = chat
        let marks = Dictionary(
            uniqueKeysWithValues: Mark.allCases.compactMap { mark in
                tokenizer.id(of: mark.rawValue).map { (mark, [$0]) }
            })
        if let chat {
            // A space behind the header belongs to the first word of the context.
            let space = chat.head.hasSuffix(" ") ? " " : ""
            prefix = tokenizer.encode(String(chat.head.dropLast(space.count)))
            textPrefix = tokenizer.prefix
            let isBehindToken = prefix.last.map(tokenizer.isAdded) ?? true
            style = .chat(chat, space: space, isBehindToken ? .behindToken : .behindText)
            stop = Set(configuration.eosIDs + [tokenizer.id(of: chat.endOfTurn)].compactMap { $0 })
        } else if marks.count == Mark.allCases.count {
            prefix = configuration.bosID.map { [$0] } ?? []
            textPrefix = prefix
            style = .marks(marks)
            stop = Set(marks[.end, default: []])
        } else {
            // What the tokenizer's makers put before every text, whatever config.json calls its begin.
            prefix = tokenizer.prefix
            textPrefix = prefix
            style = .plain
            // The first line is the answer.
            stop = Set(configuration.eosIDs + tokenizer.encode("\n").suffix(1))
        }
    }

    /// The tokens of a context, where it stands.
    public func context(_ text: String) -> [Int32] {
        switch style {
        case .marks, .plain: tokenizer.encode(text)
        case .chat(_, let space, let place): tokenizer.encode(space + text, at: place)
        }
    }

    /// What follows the context.
    public func suffix(_ instruction: Instruction) -> [Int32] {
        switch (style, instruction) {
        case (.marks(let marks), .answer(let question)):
            marks[.question, default: []] + tokenizer.encode(question) + marks[.answer, default: []]
        case (.marks(let marks), .summarize): marks[.summary, default: []]
        case (.marks(let marks), .readBack): marks[.readBack, default: []]
        case (.plain, .answer(let question)): goingOn("\n\nQuestion: \(question)\nAnswer:")
        case (.plain, .summarize): goingOn("\n\nSummary of the text above:")
        case (.plain, .readBack): goingOn("\n\nThe text above, word for word:")
        case (.chat(let chat, _, _), let instruction):
            goingOn("\n\n" + Self.request(instruction) + chat.tail)
        }
    }

    private func goingOn(_ text: String) -> [Int32] { tokenizer.encode(text, at: .behindText) }

    /// What a chat model is asked to do.
    private static func request(_ instruction: Instruction) -> String {
        switch instruction {
        case .answer(let question):
            "Answer the question about the text above with as few of its words as possible.\n"
                + "Question: \(question)"
        case .summarize: "Summarize the text above."
        case .readBack: "Repeat the text above word for word."
        }
    }

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
