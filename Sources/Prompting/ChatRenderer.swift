import Jinja
import Tokenizers

/// A chat template as transformers renders it, and what is found out about it by rendering.
struct ChatRenderer {
    struct Message {
        enum Role: String {
            case system, user, assistant
        }

        let role: Role
        var content: String

        init(_ role: Role, _ content: String) {
            self.role = role
            self.content = content
        }

        fileprivate var value: Value {
            .dictionary(DictionaryValue([("role", .string(role.rawValue)), ("content", .string(content))]))
        }
    }

    /// The day that it is for templates that say which: that of the templates of Llama 3.1 and later where they
    /// have no clock. A prompt is the same tomorrow.
    static let today = CalendarDate(year: 2024, month: 7, day: 26)

    /// The template's text.
    let source: String
    private let template: Template
    private let tokens: [String: Value]

    /// - Parameter tokens: the special tokens that the tokenizer names, `bos_token` and the like
    init(_ source: String, tokens: [String: String]) throws(TemplateError) {
        self.source = source
        template = try Template(source)
        self.tokens = tokens.mapValues { .string($0) }
    }

    /// A conversation as text.
    /// - Parameter asksForAnswer: whether an answer's header stands at its end
    func text(of messages: [Message], asksForAnswer: Bool) throws(TemplateError) -> String {
        var variables = tokens
        variables["messages"] = .list(messages.map(\.value))
        variables["tools"] = Value.none
        variables["documents"] = Value.none
        variables["add_generation_prompt"] = .boolean(asksForAnswer)
        return try template.render(variables, date: Self.today)
    }

    // MARK: - Placeholders

    /// A word that neither the template nor some texts have, to be found again in what is made of it.
    func placeholder(_ word: String, notIn texts: [String] = []) -> String {
        var word = word
        while ([source] + texts).contains(where: { Self.parts(of: $0, around: word).count > 1 }) {
            word += "x"
        }
        return word
    }

    /// A text's parts before, between and behind a placeholder's places.
    static func parts(of text: String, around placeholder: String) -> [String] {
        // By scalars: what stands beside it may combine with it.
        text.unicodeScalars.split(separator: placeholder.unicodeScalars, omittingEmptySubsequences: false)
            .map { String($0) }
    }

    // MARK: - What a template does

    /// Whether the system's words are written; not by a template that refuses a system or forgets it.
    var writesSystem: Bool {
        let words = placeholder("system")
        let written = try? text(of: [Message(.system, words), Message(.user, "?")], asksForAnswer: true)
        return written.map { Self.parts(of: $0, around: words).count > 1 } ?? false
    }

    /// The added token behind an answer: in a conversation that ends with it, or else what the next message
    /// begins with. Nil where there is none.
    func tokenBehindAnswer(_ tokenizer: Tokenizer) -> Int32? {
        let (answer, question) = (placeholder("answer"), placeholder("question"))
        let conversation = [Message(.user, "?"), Message(.assistant, answer)]
        for messages in [conversation, conversation + [Message(.user, question)]] {
            guard let text = try? text(of: messages, asksForAnswer: false) else { continue }
            let parts = Self.parts(of: text, around: answer)
            guard parts.count == 2 else { continue }
            let ids = tokenizer.encode(Self.parts(of: parts[1], around: question)[0], at: .behindText)
            let end = ids.first { id in
                // Some tokenizers have added tokens for runs of spaces and lines.
                tokenizer.isAdded(id) && tokenizer.token(of: id)?.allSatisfy(\.isWhitespace) == false
            }
            if let end { return end }
        }
        return nil
    }
}
