/// Words of a user's own in place of a task's.
///
/// In them `{question}` stands for the question and `{choices}` for the answers to choose from, a line each.
public struct Wording: Sendable, Equatable {
    /// Each nil where the task's own words stay.
    public var system, before, instruction, request, answerPrefix: String?

    /// The fields as users write them.
    public static let fields: KeyValuePairs<String, WritableKeyPath<Wording, String?> & Sendable> = [
        "system": \.system, "before": \.before, "instruction": \.instruction, "request": \.request,
        "answer_prefix": \.answerPrefix,
    ]

    public init() {}

    /// Reads an object of words.
    /// - Throws: where a field is unknown or holds no text
    public init(_ words: [String: String], of file: String) throws {
        for (name, text) in words {
            guard let field = Self.fields.first(where: { $0.key == name })?.value else {
                throw ContractError.unknown(
                    kind: "field of \(file)", name: name, known: Self.fields.map(\.key))
            }
            for match in text.matches(of: /\{([a-z_]+)\}/) where !Self.places.contains(String(match.1)) {
                throw ContractError.unknown(
                    kind: "place in \(file)", name: "{\(match.1)}", known: Self.places.map { "{\($0)}" })
            }
            self[keyPath: field] = text
        }
    }

    private static let places = ["question", "choices"]

    /// A prompt in these words.
    public func applied(to prompt: Prompt, choices: [String]) -> Prompt {
        func filled(_ text: String, asking question: String? = nil) -> String {
            // The question may itself hold braces, so that it goes in last.
            text.split(separator: "{choices}", omittingEmptySubsequences: false)
                .map { $0.replacing("{question}", with: question ?? prompt.question ?? prompt.request) }
                .joined(separator: choices.joined(separator: "\n"))
        }
        var result = prompt
        if let system { result.system = filled(system) }
        if let before { result.before = filled(before) }
        if let instruction { result.instruction = filled(instruction) }
        if let request {
            result.request = filled(request)
            for i in result.history.indices {
                result.history[i].request = filled(request, asking: result.history[i].question)
            }
        }
        if let answerPrefix { result.answerPrefix = filled(answerPrefix) }
        return result
    }
}
