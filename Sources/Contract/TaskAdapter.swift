/// A way to put a document to the test: the protocol that a file in Tasks/ conforms to.
public protocol TaskAdapter: Sendable {
    static var card: TaskCard { get }
    init()
    /// What can be asked about a document; none where it lacks what the task needs.
    /// - Parameter dataset: all documents, for what has to come from others, such as wrong choices
    func items(of document: Document, in dataset: Dataset) -> [Item]
    /// A document as it is put to the test: with its own text for a context, unless a task makes another one.
    /// - Parameter examples: other documents, for a context that is made of worked examples
    func unit(of document: Document, in dataset: Dataset, examples: [Document]) -> DocumentItems?
    /// Whether something can be asked about a document; found out while data is read, when the dataset holds it
    /// alone.
    func isAsked(of document: Document, in dataset: Dataset) -> Bool
}

extension TaskAdapter {
    public func unit(of document: Document, in dataset: Dataset, examples: [Document]) -> DocumentItems? {
        let items = items(of: document, in: dataset)
        return items.isEmpty ? nil : DocumentItems(document, items)
    }

    public func isAsked(of document: Document, in dataset: Dataset) -> Bool {
        !items(of: document, in: dataset).isEmpty
    }
}

/// What a task is, for people and for the leaderboard.
public struct TaskCard: Sendable {
    /// As users write it: `qa`.
    public let id: String
    /// For tables: `Question answering`.
    public let name: String
    /// One sentence.
    public let summary: String
    /// The headline first.
    public let metrics: [Metric]
    /// Whether a grid has it only where it is asked for by name.
    public let isOnRequest: Bool
    /// For tasks from outside this package: whoever changes what it asks changes the version, and cells
    /// are scored again. Files in Tasks/ are told apart by their contents.
    public let version: String?

    public init(
        id: String, name: String, summary: String, metrics: [Metric], isOnRequest: Bool = false,
        version: String? = nil
    ) {
        self.id = id
        self.name = name
        self.summary = summary
        self.metrics = metrics
        self.isOnRequest = isOnRequest
        self.version = version
    }

    /// The same with those of its metrics that look at nothing else than `abilities`; nil where there are none.
    public func limited(to abilities: Metric.Needs) -> TaskCard? {
        let left = metrics.filter { abilities.isSuperset(of: $0.needs) }
        return left.isEmpty
            ? nil
            : TaskCard(
                id: id, name: name, summary: summary, metrics: left, isOnRequest: isOnRequest,
                version: version)
    }

    /// Everything that its metrics look at.
    public var needs: Metric.Needs { metrics.reduce(into: []) { $0.formUnion($1.needs) } }
}

/// One prompt about a document and what a right output is.
public struct Item: Sendable, Equatable {
    /// Unique within the dataset.
    public let id: String
    /// What is written around the context.
    public var prompt: Prompt
    /// Every output that counts as right; none where there is no answer.
    public let references: [String]
    /// Answers to choose from by their likelihood; empty for what is generated.
    public let choices: [String]
    /// The most that is generated.
    public let outputLimit: OutputLimit
    /// The part of a collection that it is of, for metrics that score parts differently; nil where all are scored
    /// alike.
    public let subset: String?

    /// What an answer says where the document does not say.
    public static let abstention = "unanswerable"

    /// How many tokens may be generated.
    public enum OutputLimit: Sendable, Equatable {
        case tokens(Int)
        /// So many, or a few more than the longest reference has where that is longer.
        case atLeast(Int)
        /// As many as the longest reference has, and `slack` more.
        case longestReference(slack: Int)
    }

    public init(
        id: String, prompt: Prompt, references: [String], choices: [String] = [], outputLimit: OutputLimit,
        subset: String? = nil
    ) {
        self.id = id
        self.prompt = prompt
        self.references = references
        self.choices = choices
        self.outputLimit = outputLimit
        self.subset = subset
    }
}

/// A document with what is asked about it: the unit of work. Its context is read once for all items.
public struct DocumentItems: Sendable {
    /// Whose text is the context.
    public let document: Document
    /// In the task's order.
    public let items: [Item]

    public init(_ document: Document, _ items: [Item]) {
        self.document = document
        self.items = items
    }
}
