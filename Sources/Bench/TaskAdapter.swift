import Datasets
import Metrics

/// A way to put a document to the test: the protocol that a file in Tasks/ conforms to.
public protocol TaskAdapter: Sendable {
    static var card: TaskCard { get }
    init()
    /// What can be asked about a document; none where it lacks what the task needs.
    func examples(of document: Document) -> [Example]
}

/// What a task is, for people and for the leaderboard.
public struct TaskCard: Sendable {
    public let id: String
    public let name: String
    public let summary: String
    /// Scores of the generated text; the first is the task's headline unless it is read back.
    public let metrics: [Metric]
    /// Whether the share of reference tokens that the decoder predicts, given those before, is
    /// measured as well, as `token_accuracy`, and is the headline.
    public let readsBack: Bool

    public init(id: String, name: String, summary: String, metrics: [Metric], readsBack: Bool = false) {
        self.id = id
        self.name = name
        self.summary = summary
        self.metrics = metrics
        self.readsBack = readsBack
    }

    public static let tokenAccuracy = "token_accuracy"

    /// The metrics' identifiers, the headline first.
    public var metricIDs: [String] {
        (readsBack ? [Self.tokenAccuracy] : []) + metrics.map(\.id)
    }
}

/// What the decoder is asked to do with a context.
public enum Instruction: Sendable, Hashable {
    case answer(question: String)
    case summarize
    case readBack
}

/// One prompt and what a right output is.
public struct Example: Sendable {
    public let id: String
    public let documentID: String
    public let context: String
    public let instruction: Instruction
    public let references: [String]
    public let outputLimit: OutputLimit

    /// How many tokens may be generated.
    public enum OutputLimit: Sendable {
        case tokens(Int)
        /// As many as the longest reference has, and `slack` more.
        case longestReference(slack: Int)
    }

    public init(
        id: String, document: Document, instruction: Instruction, references: [String],
        outputLimit: OutputLimit
    ) {
        self.id = id
        documentID = document.id
        context = document.text
        self.instruction = instruction
        self.references = references
        self.outputLimit = outputLimit
    }

    /// The same prompt and references behind another example's context.
    public func asked(about other: Example) -> Example {
        Example(
            id: id, document: Document(id: other.documentID, text: other.context, questions: []),
            instruction: instruction, references: references, outputLimit: outputLimit)
    }
}
