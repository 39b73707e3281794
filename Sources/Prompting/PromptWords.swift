import Contract

/// The words of a prompt around its context, put together as its form says.
struct PromptWords {
    let prompt: Prompt
    /// Whether they are turns of a chat.
    let isChat: Bool

    private var isVerbatim: Bool { prompt.form != .paragraphs }

    /// What stands between the beginning of a text and the context.
    /// - Parameter others: what there is besides the prompt's own words, in front of them
    /// - Returns: the words, and a space behind them, which belongs to the context's first word
    func ahead(_ others: [String?]) -> (text: String, space: String) {
        let others = Self.paragraphs(others)
        guard isVerbatim else {
            let words = Self.paragraphs([others, prompt.before])
            return (words.isEmpty ? "" : words + "\n\n", "")
        }
        let words = (others.isEmpty ? "" : others + "\n\n") + prompt.before
        let space = words.hasSuffix(" ") ? " " : ""
        return (String(words.dropLast(space.count)), space)
    }

    /// What follows the context: for a model that goes on writing, with the earlier turns of a conversation.
    var behind: String {
        let turns =
            prompt.history.map { asked($0.request) + answerSpace + $0.answer } + [asked(prompt.request)]
        return (isVerbatim ? "" : "\n\n") + turns.joined(separator: "\n\n")
    }

    /// The user's turns of a chat about the context, each but the last with its answer; the first begins behind the
    /// context.
    var turns: (messages: [String], answers: [String]) {
        let requests = prompt.history.map(\.request) + [prompt.request]
        let messages = requests.enumerated().map { i, request in
            // What to do is said once.
            i > 0 && !isVerbatim ? request : asked(request)
        }
        return (
            [(isVerbatim ? "" : "\n\n") + messages[0]] + messages.dropFirst(), prompt.history.map(\.answer)
        )
    }

    /// A worked example up to its answer.
    func asked(_ shot: Prompt.Shot) -> String {
        isVerbatim
            ? prompt.before + shot.context + asked(shot.request)
            : Self.paragraphs([shot.context, asked(shot.request)])
    }

    /// A worked example with its answer, for a model that goes on writing.
    func answered(_ shot: Prompt.Shot) -> String {
        asked(shot) + (isVerbatim ? answerSpace : " ") + shot.answer
    }

    /// What a model that goes on writing puts between the prompt and its answer: a space, unless the prompt ends
    /// in one, or in a script without.
    var answerSpace: String {
        guard isVerbatim else { return prompt.answerPrefix.last?.isWhitespace ?? true ? "" : " " }
        guard let last = asked(prompt.request).last else { return "" }
        return last.isWhitespace || !last.isASCII ? "" : " "
    }

    private func asked(_ request: String) -> String {
        if isVerbatim { return prompt.instruction + request + prompt.answerPrefix }
        return Self.paragraph(isChat ? [prompt.instruction, request] : [request, prompt.answerPrefix])
    }

    /// What there is of some words, an empty line between.
    private static func paragraphs(_ parts: [String?]) -> String {
        parts.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    /// What there is of some words, a line each.
    static func paragraph(_ parts: [String]) -> String {
        parts.filter { !$0.isEmpty }.joined(separator: "\n")
    }
}
