import Contract
import Tasks

/// A context and what is to be learned behind it.
struct Lesson {
    /// What stands before the context where the decoder reads it.
    let prefix: [Int32]
    let context: [Int32]
    let tails: [Tail]

    /// A prompt with the output that is right; tails of one context do not see each other.
    struct Tail {
        /// At least one token.
        let prompt: [Int32]
        /// Ends with the token that stops decoding, unless the text goes on.
        let target: [Int32]
        /// Of each token of the target.
        let weight: Float
    }

    /// Rows that it takes in a packed pass.
    var rows: Int { tails.reduce(context.count + 1) { $0 + $1.prompt.count + $1.target.count - 1 } }

    /// What its targets weigh together.
    var weight: Float { tails.reduce(0) { $0 + $1.weight * Float($1.target.count) } }
}

extension Lesson {
    /// Asks for a context again, as the task does: the same about any text.
    static var readBackPrompt: Prompt {
        let document = Document(id: "", text: "Any text.", questions: [])
        return Reconstruction().items(of: document, in: Dataset(id: "", documents: [document]))[0].prompt
    }
}
