import Contract
import LanguageModels
import Tokenizers

/// How a model wants to be asked: the tokens around a context, for any prompt.
public struct PromptFormat: Sendable {
    /// What begins a text that is no prompt of a task's.
    public let textPrefix: [Int32]
    /// Tokens that end an output and are no part of it.
    public let stop: Set<Int32>
    /// Tokens that end an answer of one line; nil where other tokens end answers.
    public let lineEnds: LineEnds?
    /// The chat template around turns; nil for a model that is prompted otherwise.
    public let chatTemplate: ChatTemplate?
    let tokenizer: Tokenizer
    private let style: Style

    enum Style {
        /// Each purpose has a token.
        case marks([Mark: [Int32]], begin: [Int32])
        /// A base model goes on writing.
        case plain
        case chat(ChatTemplate)
    }

    /// What stands before a context, and how the context is read there.
    public struct Opening: Hashable, Sendable {
        /// The token that begins a sequence, examples, the header of the user's turn: outside of every
        /// budget.
        public let prefix: [Int32]
        /// What the context's first token stands behind.
        let place: TextPlace
        /// What its text begins with besides its own: a space that belongs to its first word, or nothing.
        let space: String
    }

    /// The format that the model's folder asks for.
    ///
    /// A tokenizer with the marks of the bundled models is prompted by marks; a model with a chat
    /// template gets context and instruction in the user's turn; any other plain text.
    ///
    /// - Parameter endToken: what ends a text as the tokenizer's makers name it, besides the ids of the
    ///   model's own configuration
    public init(
        for configuration: ModelConfiguration, tokenizer: Tokenizer, endToken: String? = nil,
        chat: ChatTemplate? = nil
    ) {
        self.init(
            tokenizer: tokenizer, begin: configuration.bosID, ends: configuration.eosIDs, endToken: endToken,
            chat: chat)
    }

    private init(
        tokenizer: Tokenizer, begin: Int32?, ends: [Int32], endToken: String?, chat: ChatTemplate?
    ) {
        self.tokenizer = tokenizer
        chatTemplate = chat
        let marks = Dictionary(
            uniqueKeysWithValues: Mark.allCases.compactMap { mark in
                tokenizer.id(of: mark.rawValue).map { (mark, [$0]) }
            })
        let ends = Set(ends + [endToken.flatMap(tokenizer.id)].compactMap { $0 })
        if let chat {
            textPrefix = tokenizer.prefix
            style = .chat(chat)
            stop = ends.union([chat.endOfTurn].compactMap { $0 })
            lineEnds = nil
        } else if marks.count == Mark.allCases.count {
            textPrefix = begin.map { [$0] } ?? []
            style = .marks(marks, begin: textPrefix)
            stop = Set(marks[.end, default: []])
            lineEnds = nil
        } else {
            // What the tokenizer's makers put before every text, whatever config.json calls its begin.
            textPrefix = tokenizer.prefix
            style = .plain
            stop = ends
            // The first line is the answer.
            lineEnds = LineEnds(of: tokenizer)
        }
    }

    /// What ends an output besides `stop`: a text that is to be repeated or gone on with may have many lines, and
    /// what is asked word for word is answered in any number.
    public func lineEnds(for prompt: Prompt) -> LineEnds? {
        prompt.purpose == .readBack || prompt.purpose == .continuation || prompt.form != .paragraphs
            ? nil : lineEnds
    }

    /// How a prompt is put: a chat model goes on writing where its prompt says so.
    func style(for prompt: Prompt) -> Style {
        if case .chat = style, prompt.form == .plainVerbatim { return .plain }
        return style
    }

    func words(_ prompt: Prompt) -> PromptWords {
        if case .chat = style(for: prompt) { return PromptWords(prompt: prompt, isChat: true) }
        return PromptWords(prompt: prompt, isChat: false)
    }

    /// What an answer to a prompt ends with, as a model is taught to end it: one of the tokens at which decoding
    /// stops; nothing where the format has none, and behind a text that goes on.
    public func end(of prompt: Prompt) -> [Int32] {
        if prompt.purpose == .continuation { return [] }
        if let chatTemplate, case .chat = style(for: prompt), let end = chatTemplate.endOfTurn {
            return [end]
        }
        guard let ends = lineEnds(for: prompt) else { return Array(stop.sorted().prefix(1)) }
        let newline = tokenizer.encode("\n", at: .behindText, specialTokens: .text)
        return newline.count == 1 && ends.bare.contains(newline[0])
            ? newline : Array(ends.bare.sorted().prefix(1))
    }

    // MARK: - Before the context

    /// What stands before a prompt's context.
    /// - Throws: ``PromptError`` where the chat template refuses the conversation
    public func opening(of prompt: Prompt) throws -> Opening {
        if prompt.purpose == .continuation { return Opening(prefix: textPrefix, place: .start, space: "") }
        let words = words(prompt)
        switch style(for: prompt) {
        case .marks(let marks, let begin):
            let shots = prompt.shots.flatMap { shot in
                data(shot.context) + asked(prompt.purpose, shot.question ?? shot.request, marks)
                    + data(shot.answer)
                    + marks[.end, default: []]
            }
            let (text, space) = words.ahead([prompt.system])
            return opening(begin + shots, text, space)
        case .plain:
            let (text, space) = words.ahead([prompt.system] + prompt.shots.map(words.answered))
            return opening(tokenizer.prefix, text, space)
        case .chat(let chat):
            let text = try frame(of: prompt, in: chat, writing: tokenizer.quoting).before
            // A space in front of the context belongs to its first word.
            let space = text.hasSuffix(" ") ? " " : ""
            let prefix = leading(
                String(text.dropLast(space.count)), space: space, .recognisedUnlessQuoted)
            let place =
                prefix.last.map { tokenizer.isAdded($0) ? TextPlace.behindToken : .behindText } ?? .start
            return Opening(prefix: prefix, place: place, space: space)
        }
    }

    /// What a chat template writes before and behind the context.
    /// - Parameter write: how words of tasks and data stand in it, whose special tokens are text
    func frame(
        of prompt: Prompt, in chat: ChatTemplate, writing write: (String) -> String
    ) throws -> (before: String, after: String) {
        let words = words(prompt)
        let (before, space) = words.ahead([])
        let (messages, answers) = words.turns
        return try chat.frame(
            system: prompt.system.map(write),
            shots: prompt.shots.map { (write(words.asked($0)), write($0.answer)) },
            before: write(before + space), after: write(messages[0]),
            following: zip(answers, messages.dropFirst()).map { (write($0), write($1)) })
    }

    /// Words, where there are some, behind tokens that begin a text.
    private func opening(_ begin: [Int32], _ text: String, _ space: String) -> Opening {
        text.isEmpty
            ? Opening(prefix: begin, place: .start, space: space)
            : Opening(prefix: begin + leading(text, space: space, .text), place: .behindText, space: space)
    }

    /// A context where it stands in a prompt.
    public func context(_ text: String, behind opening: Opening) -> SourceText {
        SourceText(
            text, prefix: opening.prefix, at: opening.place, space: opening.space, tokenizer: tokenizer)
    }

    // MARK: - Behind the context

    /// What follows a prompt's context, up to where the answer begins.
    /// - Throws: ``PromptError`` where the chat template refuses the conversation
    public func closing(of prompt: Prompt) throws -> [Int32] {
        if prompt.purpose == .continuation { return data(prompt.request, at: .behindText) }
        return switch style(for: prompt) {
        case .marks(let marks, _):
            prompt.history.flatMap {
                asked(prompt.purpose, $0.question, marks) + data($0.answer) + marks[.end, default: []]
            }
                + asked(
                    prompt.purpose,
                    prompt.question ?? PromptWords.paragraph([prompt.instruction, prompt.request]), marks)
        case .plain: data(words(prompt).behind, at: .behindText)
        case .chat(let chat):
            tokenizer.encode(
                try frame(of: prompt, in: chat, writing: tokenizer.quoting).after, at: .behindText,
                specialTokens: .recognisedUnlessQuoted)
        }
    }

    /// An answer as a model would write it behind a prompt: a model that goes on writing puts a space between
    /// "Answer:" and the answer.
    public func answer(_ text: String, to prompt: Prompt) -> (text: String, place: TextPlace) {
        if prompt.purpose == .continuation { return (text, .behindText) }
        return switch style(for: prompt) {
        case .marks: (text, .start)
        case .chat: (text, .behindText)
        case .plain: (words(prompt).answerSpace + text, .behindText)
        }
    }

    /// Words of tasks and data: special tokens that they write out are text.
    private func data(_ text: String, at place: TextPlace = .start) -> [Int32] {
        tokenizer.encode(text, at: place, specialTokens: .text)
    }

    /// Text in front of a context, as it is where a word follows: two line ends may be one token at the end of a
    /// text, and are two in front of a word.
    /// - Parameter space: what the word begins with
    private func leading(_ text: String, space: String, _ written: Tokenizer.WrittenTokens) -> [Int32] {
        let (ids, offsets) = tokenizer.encodeWithOffsets(text + space + "A", specialTokens: written)
        let count = offsets.prefix { $0.upperBound <= text.utf8.count }.count
        // Where the word shares a token with what stands before it, the text is read as it is alone.
        guard count < ids.count, offsets[..<count].last?.upperBound == text.utf8.count else {
            return tokenizer.encode(text, specialTokens: written)
        }
        return Array(ids.prefix(count))
    }

    private func asked(_ purpose: Prompt.Purpose, _ words: String, _ marks: [Mark: [Int32]]) -> [Int32] {
        switch purpose {
        case .summary: marks[.summary, default: []]
        case .readBack: marks[.readBack, default: []]
        // For what there is no mark the words are a question.
        case _: marks[.question, default: []] + data(words) + marks[.answer, default: []]
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

extension PromptFormat {
    /// The format of a model in another program, whose tokenizer is here.
    /// - Parameter folder: the tokenizer's, for messages
    public init(
        _ tokenizer: Tokenizer, _ configuration: TokenizerConfiguration, chatTemplate: ChatTemplate.Choice,
        folder: String
    ) throws {
        self.init(
            tokenizer: tokenizer, begin: configuration.beginToken.flatMap(tokenizer.id), ends: [],
            endToken: configuration.endToken,
            chat: try ChatTemplate(chatTemplate, for: configuration, tokenizer: tokenizer, folder: folder))
    }

    /// The format of a model for a choice of chat templates.
    public init(_ backbone: Backbone, chatTemplate: ChatTemplate.Choice = .folder) throws {
        let configuration = try backbone.tokenizerConfiguration()
        self.init(
            for: backbone.model.configuration, tokenizer: backbone.tokenizer,
            endToken: configuration.endToken,
            chat: try ChatTemplate(
                chatTemplate, for: configuration, tokenizer: backbone.tokenizer, folder: backbone.folder.path)
        )
    }
}
