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

    /// What follows the context.
    var behind: String { (isVerbatim ? "" : "\n\n") + asked(prompt.request) }

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
        guard let last = behind.last else { return "" }
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
