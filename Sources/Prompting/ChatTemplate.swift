import Jinja
import Seeding
import Tokenizers

/// The Jinja template that a chat model's conversations are written with.
public struct ChatTemplate: Sendable {
    /// Which template a model is prompted with.
    public enum Choice: Equatable, Sendable {
        /// The one that the model's folder has; plain text where it has none.
        case folder
        /// Plain text, as for a model that was not trained on conversations.
        case plain
        /// A family's: as the folder writes it where its template is of the family, and ours where it is not or
        /// cannot be rendered.
        case family(Family)
        /// What a file holds.
        case file(String, path: String)
    }

    /// The family whose turns it writes; nil for a template of none.
    public let family: Family?
    /// What names it in a cell's identity: a family, beside which stand the tokens of its prompts, or the hash of
    /// its text.
    public var identity: String { family?.rawValue ?? SHA256.hex(of: source) }
    /// The template's text.
    package var source: String { renderer.source }
    /// The added token that the template writes behind an answer; nil where it writes none.
    public let endOfTurn: Int32?
    private let renderer: ChatRenderer
    /// Whether the system's words are a turn of their own.
    private let hasSystemTurn: Bool
    /// How messages name it.
    private let label: String

    /// The template of a model; nil for plain text.
    /// - Parameter folder: the model's, for messages
    /// - Throws: ``PromptError`` where it is no template, refuses a user's message, or where the tokenizer lacks
    ///   the family's tokens
    public init?(
        _ choice: Choice, for configuration: TokenizerConfiguration, tokenizer: Tokenizer, folder: String
    ) throws {
        func template(_ source: String, _ name: String) throws -> Self {
            try Self(
                source, family: Family(template: source), label: "the chat template \(name)",
                tokens: configuration.namedTokens, tokenizer: tokenizer)
        }
        func ours(_ family: Family) throws -> Self {
            let token = family.endOfTurn ?? configuration.endToken ?? Family.endToken
            guard tokenizer.id(of: token) != nil else {
                throw PromptError.missingToken(template: family.rawValue, token: token, folder: folder)
            }
            return try Self(
                family.source, family: family, label: "the chat template \(family.rawValue)",
                tokens: configuration.namedTokens, tokenizer: tokenizer)
        }
        switch (choice, configuration.chatTemplate) {
        case (.plain, _): return nil
        case (.file(let source, let path), _): self = try template(source, path)
        case (.folder, let source?): self = try template(source, "of \(folder)")
        case (.folder, nil):
            guard let family = Family(endToken: configuration.endToken) else { return nil }
            self = try ours(family)
        case (.family(let family), let source?) where Family(template: source) == family:
            // The way on from a template that cannot be rendered is its own family, too.
            if let own = try? template(source, "of \(folder)") { self = own } else { self = try ours(family) }
        case (.family(let family), _): self = try ours(family)
        }
    }

    private init(
        _ source: String, family: Family?, label: String, tokens: [String: String], tokenizer: Tokenizer
    ) throws {
        self.family = family
        self.label = label
        do {
            renderer = try ChatRenderer(source, tokens: tokens)
        } catch {
            throw PromptError.badTemplate(label: label, error)
        }
        hasSystemTurn = renderer.writesSystem
        endOfTurn = renderer.tokenBehindAnswer(tokenizer)
        // A template that nothing can be asked with is refused before anything is.
        _ = try frame(system: nil, shots: [], before: "", after: "\n\n?")
    }

    /// What stands before and behind the context in a conversation.
    /// - Parameters:
    ///   - system: what the system says; nil for what the template lets it say
    ///   - shots: exchanges in front of the message that the context is in
    ///   - before, after: what that message says before and behind the context
    ///   - following: answers to it and to what follows, each with the next message
    /// - Throws: ``PromptError`` where the template refuses the conversation, or writes the context not once
    func frame(
        system: String?, shots: [(message: String, answer: String)], before: String, after: String,
        following: [(answer: String, message: String)] = []
    ) throws -> (before: String, after: String) {
        let texts =
            [system ?? "", before, after] + shots.flatMap { [$0.message, $0.answer] }
            + following.flatMap { [$0.answer, $0.message] }
        let placeholder = renderer.placeholder("context", notIn: texts)
        var messages = shots.flatMap { shot in
            [ChatRenderer.Message(.user, shot.message), .init(.assistant, shot.answer)]
        }
        messages.append(.init(.user, before + placeholder + after))
        messages += following.flatMap { turn in
            [ChatRenderer.Message(.assistant, turn.answer), .init(.user, turn.message)]
        }
        if let system, hasSystemTurn {
            messages.insert(.init(.system, system), at: 0)
        } else if let system {
            // The words of a system that has no turn begin the first message.
            messages[0].content = system + "\n\n" + messages[0].content
        }
        let text: String
        do {
            text = try renderer.text(of: messages, asksForAnswer: true)
        } catch {
            throw PromptError.badTemplate(label: label, error)
        }
        let parts = ChatRenderer.parts(of: text, around: placeholder)
        guard parts.count == 2 else { throw PromptError.contextNotOnce(label: label, times: parts.count - 1) }
        return (parts[0], parts[1])
    }
}
