/// The turns of a conversation about a text: a question is asked with those before it, which it is about.
public struct Dialogue {
    private var turns = ""

    public init() {}

    /// The question with the turns before it in front.
    /// - Parameter answer: what the next turn goes on from
    public mutating func ask(_ question: String, thenHear answer: String) -> String {
        defer { turns += "Q: \(question)\nA: \(answer)\n" }
        return turns.isEmpty ? question : "\(turns)Q: \(question)"
    }
}
