import Contract

/// A message of a conversation, for a server that writes conversations itself.
public struct ChatTurn: Sendable, Equatable {
    /// As the chat interfaces name them.
    public enum Role: String, Sendable {
        case system, user, assistant
    }

    public let role: Role
    public let content: String

    public init(role: Role, content: String) {
        self.role = role
        self.content = content
    }
}

/// What a model in another program is sent: the whole prompt, around what is kept of its context.
extension PromptFormat {
    /// A prompt as one text, up to where the answer begins.
    ///
    /// Without the token that begins every text, which servers put in front themselves. Special tokens that data
    /// write out cannot be told from those of a chat template in it.
    /// - Throws: ``PromptError`` where the chat template refuses the conversation
    public func text(of prompt: Prompt, around kept: String) throws -> String {
        if prompt.purpose == .continuation { return kept + prompt.request }
        let words = words(prompt)
        switch style(for: prompt) {
        case .marks:
            let (opening, closing) = (try opening(of: prompt), try closing(of: prompt))
            return decoded(opening.prefix) + opening.space + kept + decoded(closing)
        case .plain:
            let (ahead, space) = words.ahead([prompt.system] + prompt.shots.map(words.answered))
            return ahead + space + kept + words.behind
        case .chat(let chat):
            let (before, after) = try frame(of: prompt, in: chat) { $0 }
            return withoutBegin(before) + kept + after
        }
    }

    /// A prompt as the turns of a conversation, the user's last.
    public func turns(of prompt: Prompt, around kept: String) -> [ChatTurn] {
        let words = PromptWords(prompt: prompt, isChat: true)
        let (before, space) = words.ahead([])
        let (messages, answers) = words.turns
        let shots = prompt.shots.flatMap { shot in
            [
                ChatTurn(role: .user, content: words.asked(shot)),
                .init(role: .assistant, content: shot.answer),
            ]
        }
        return (prompt.system.map { [ChatTurn(role: .system, content: $0)] } ?? []) + shots
            + [ChatTurn(role: .user, content: before + space + kept + messages[0])]
            + zip(answers, messages.dropFirst()).flatMap { answer, message in
                [ChatTurn(role: .assistant, content: answer), .init(role: .user, content: message)]
            }
    }

    private func decoded(_ ids: [Int32]) -> String {
        let begin = ids.starts(with: tokenizer.prefix) ? tokenizer.prefix.count : 0
        return tokenizer.decode(Array(ids.dropFirst(begin)), specialTokens: true)
    }

    /// A template may write the begin token itself.
    private func withoutBegin(_ text: String) -> String {
        let begin = tokenizer.decode(tokenizer.prefix, specialTokens: true)
        return !begin.isEmpty && text.hasPrefix(begin) ? String(text.dropFirst(begin.count)) : text
    }
}
