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
    /// Before the message: the token that begins a text, what the system says, the turn's header.
    public let head: String
    /// Behind it: the turn's end and the header of the answer.
    public let tail: String
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
            let begin = begins ?? true ? beginToken ?? "<s>" : ""
            let opening = literals.first { $0.contains("[INST]") && !$0.contains("[/INST]") }
            head = begin + (opening ?? "[INST] ")
            tail = literals.first { $0.contains("[/INST]") && !$0.contains("[INST]") } ?? " [/INST]"
            endOfTurn = endToken ?? "</s>"
        case .llama3:
            func header(_ role: String) -> String { "<|start_header_id|>\(role)<|end_header_id|>\n\n" }
            let begin = begins ?? true ? beginToken ?? "<|begin_of_text|>" : ""
            // Llama 3.1 and later say which day it is; the day of their templates without a clock.
            let dates = "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n<|eot_id|>"
            let system =
                text?.contains("Cutting Knowledge Date: December 2023") == true
                ? header("system") + dates : ""
            head = begin + system + header("user")
            tail = "<|eot_id|>" + header("assistant")
            endOfTurn = "<|eot_id|>"
        case .chatML:
            let opening = "<|im_start|>system\n"
            let system = literals.first { $0.hasPrefix(opening) && $0.contains("<|im_end|>") } ?? ""
            head = (begins ?? false ? beginToken ?? "" : "") + system + "<|im_start|>user\n"
            tail = "<|im_end|>\n<|im_start|>assistant\n"
            endOfTurn = "<|im_end|>"
        case .zephyr:
            endOfTurn = endToken ?? "</s>"
            head = (begins ?? false ? beginToken ?? "" : "") + "<|user|>\n"
            tail = endOfTurn + "\n<|assistant|>\n"
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
                guard let recognised = found.1 else { throw BenchError.unknownChatTemplate(folder: folder) }
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
            throw BenchError.missingToken(template: family.rawValue, token: endOfTurn, folder: folder)
        }
    }
}
