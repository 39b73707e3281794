/// What a method is, for people and for the leaderboard.
public struct MethodCard: Sendable {
    /// Soft prompts are learned embeddings, hard prompts some of the real tokens.
    public enum Family: String, Codable, Sendable, CaseIterable {
        case reference
        case softPrompt = "soft-prompt"
        case hardPrompt = "hard-prompt"
        case kvCache = "kv-cache"
    }

    /// References run once, beside every grid, and bound its scores.
    public enum Role: String, Codable, Sendable {
        /// The full context: the ratio is 1 and no budget applies.
        case upper
        /// The question alone.
        case lower
    }

    /// As users write it, such as `mean-pooling`.
    public let id: String
    /// For tables: `Mean pooling`.
    public let name: String
    /// What of a context it keeps.
    public let family: Family
    /// Nil for what compresses.
    public let role: Role?
    /// What it keeps, in one sentence.
    public let summary: String
    /// What is lost by it, in one sentence.
    public let loses: String
    /// What of it was compared with something that this project did not write, and where; nil where nothing was.
    public let verified: String?
    /// Where it was published; nil for folklore.
    public let paper: String?
    /// Whether it looks at the question while it compresses: it then compresses once a question.
    public private(set) var isQueryAware: Bool
    /// What each of its parameters decides, by the parameter's name.
    public let parameters: [String: String]
    /// For methods from outside this package: whoever changes what it does changes the version, and cells
    /// are scored again. Files in Methods/ are told apart by their contents.
    public let version: String?

    public init(
        id: String, name: String, family: Family, role: Role? = nil, summary: String, loses: String,
        verified: String? = nil, paper: String? = nil, isQueryAware: Bool = false, version: String? = nil,
        parameters: [String: String] = [:]
    ) {
        self.id = id
        self.name = name
        self.family = family
        self.role = role
        self.summary = summary
        self.loses = loses
        self.verified = verified
        self.paper = paper
        self.isQueryAware = isQueryAware
        self.version = version
        self.parameters = parameters
    }

    /// The card of a method that looks at the question where its parameters say so.
    public func queryAware(_ isAware: Bool) -> MethodCard {
        var card = self
        card.isQueryAware = isQueryAware || isAware
        return card
    }
}
