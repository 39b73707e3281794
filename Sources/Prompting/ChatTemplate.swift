import Tokenizers

/// What a chat model's template writes around a user's message that begins the conversation and that
/// the model is to answer.
public struct ChatTemplate: Equatable, Sendable {
    /// The ways to write turns.
    public enum Family: String, CaseIterable, Sendable {
        case llama2 = "llama-2"
        case llama3 = "llama-3"
        case chatML = "chatml"
        case mistral
        case zephyr
    }

    /// Which template a model is prompted with.
    public enum Choice: Equatable, Sendable {
        /// The one that the model's folder has; plain text where it has none.
        case folder
        /// Plain text, as for a model that was not trained on conversations.
        case plain
        case family(Family)
    }

    public let family: Family
    /// What begins a text: a token, or nothing.
    private let begin: String
    /// What the system says unless a prompt has words of its own, as it is written.
    private let defaultSystem: String
    /// The header of the user's turn.
    private let opening: String
    /// Behind the user's message: the turn's end and the header of the answer.
    public let tail: String
    /// What ends an answer that another turn follows.
    private let answerEnd: String
    /// The token that ends an answer.
    public let endOfTurn: String

    /// A family's template.
    /// - Parameters:
    ///   - text: the Jinja template of the folder, from which come the spaces and the system's words
    ///   - beginToken, endToken: of the tokenizer; the family's own where it names none
    init(_ family: Family, text: String?, beginToken: String?, endToken: String?) {
        let literals = text.map(JinjaLiterals.of) ?? []
        // Most families' templates begin with the begin token; some folders' do not.
        let begins = text.map { $0.contains("bos_token") || $0.contains("<|begin_of_text|>") }
        self.family = family
        switch family {
        case .llama2, .mistral:
            begin = begins ?? true ? beginToken ?? "<s>" : ""
            defaultSystem = ""
            opening = literals.first { $0.contains("[INST]") && !$0.contains("[/INST]") } ?? "[INST] "
            tail = literals.first { $0.contains("[/INST]") && !$0.contains("[INST]") } ?? " [/INST]"
            endOfTurn = endToken ?? "</s>"
            // Llama 2 begins a text with each exchange.
            answerEnd = family == .llama2 ? " \(endOfTurn)\(begin)" : endOfTurn
        case .llama3:
            begin = begins ?? true ? beginToken ?? "<|begin_of_text|>" : ""
            // Llama 3.1 and later say which day it is; the day of their templates without a clock.
            let dates = "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n"
            defaultSystem =
                text?.contains("Cutting Knowledge Date: December 2023") == true
                ? Self.system(dates, of: family, endOfTurn: "<|eot_id|>") : ""
            opening = Self.header("user")
            tail = "<|eot_id|>" + Self.header("assistant")
            endOfTurn = "<|eot_id|>"
            answerEnd = endOfTurn
        case .chatML:
            let first = "<|im_start|>system\n"
            begin = begins ?? false ? beginToken ?? "" : ""
            defaultSystem = literals.first { $0.hasPrefix(first) && $0.contains("<|im_end|>") } ?? ""
            opening = "<|im_start|>user\n"
            tail = "<|im_end|>\n<|im_start|>assistant\n"
            endOfTurn = "<|im_end|>"
            answerEnd = "<|im_end|>\n"
        case .zephyr:
            begin = begins ?? false ? beginToken ?? "" : ""
            defaultSystem = ""
            opening = "<|user|>\n"
            endOfTurn = endToken ?? "</s>"
            tail = endOfTurn + "\n<|assistant|>\n"
            answerEnd = endOfTurn + "\n"
        }
    }

    /// Before the first message: the token that begins a text, what the system says, the turn's header.
    public var head: String { head(system: nil) }

    /// - Parameter system: in place of what the template lets the system say
    public func head(system: String?) -> String {
        guard let system else { return begin + defaultSystem + opening }
        let own = Self.system(system, of: family, endOfTurn: endOfTurn)
        switch family {
        case .llama2, .mistral: return begin + opening + own
        case .llama3, .chatML, .zephyr: return begin + own + opening
        }
    }

    /// An exchange in front of another message: the user's words, the answer, the header of what follows.
    public func exchange(_ message: String, _ answer: String) -> String {
        message + tail + answer + answerEnd + opening
    }

    private static func header(_ role: String) -> String {
        "<|start_header_id|>\(role)<|end_header_id|>\n\n"
    }

    private static func system(_ words: String, of family: Family, endOfTurn: String) -> String {
        switch family {
        case .llama2: "<<SYS>>\n\(words)\n<</SYS>>\n\n"
        case .mistral: "\(words)\n\n"
        case .llama3: header("system") + words + endOfTurn
        case .chatML: "<|im_start|>system\n\(words)\(endOfTurn)\n"
        case .zephyr: "<|system|>\n\(words)\(endOfTurn)\n"
        }
    }

    /// The template of a model; nil for plain text.
    public init?(
        _ choice: Choice, for configuration: TokenizerConfiguration, tokenizer: Tokenizer, folder: String
    ) throws {
        let text = configuration.chatTemplate
        let found = text.map { ($0, Family(template: $0)) }
        let family: Family
        switch choice {
        case .plain: return nil
        case .family(let chosen): family = chosen
        case .folder:
            if let found {
                guard let recognised = found.1 else { throw PromptError.unknownChatTemplate(folder: folder) }
                family = recognised
            } else if let recognised = Family(endToken: configuration.endToken) {
                family = recognised
            } else {
                return nil
            }
        }
        // Another family's text says nothing about this one.
        self.init(
            family, text: found?.1 == family ? text : nil, beginToken: configuration.beginToken,
            endToken: configuration.endToken)
        guard tokenizer.id(of: endOfTurn) != nil else {
            throw PromptError.missingToken(template: family.rawValue, token: endOfTurn, folder: folder)
        }
    }
}
