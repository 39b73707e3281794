import Contract
import Prompting
import Tokenizers

/// A model in another program, which is given texts and gives texts back. From any thread.
public protocol ServedModel: Sendable {
    /// What results are shown under.
    var name: String { get }
    /// SHA-256 of what is known to decide what it answers.
    var contentHash: String { get }
    /// The tokens that budgets are counted in.
    var tokenizer: Tokenizer { get }
    /// The most tokens that it reads and writes together; nil where it does not say.
    var contextLimit: Int? { get }
    /// How it is asked.
    var interface: ServedInterface { get }
    /// What it can say besides its text.
    var abilities: Metric.Needs { get }
    /// How many prompts it is asked at once.
    var requests: Int { get }

    /// What it puts out behind a prompt, greedily.
    /// - Throws: ``RunEndingError`` where it is away and may come back; anything else is the prompt's fault
    func answer(_ prompt: ServedPrompt) throws -> ServedAnswer
    /// How it predicts a text behind another one, where it is able to.
    func prediction(of text: String, behind prompt: String) throws -> Prediction
}

/// What a server does with a prompt.
public enum ServedInterface: String, Sendable, CaseIterable {
    /// It goes on from a text.
    case completions
    /// It answers the last turn of a conversation, written with its own chat template.
    case chat
}

/// What a server is sent.
public struct ServedPrompt: Sendable {
    public enum Content: Sendable, Equatable {
        case text(String)
        case turns([ChatTurn])

        /// For people: turns each under the name of who speaks.
        public var written: String {
            switch self {
            case .text(let text): text
            case .turns(let turns):
                turns.map { "[\($0.role.rawValue)]\n\($0.content)" }.joined(separator: "\n\n")
            }
        }
    }

    public let content: Content
    public let maxNewTokens: Int
    /// Texts that end the answer and are no part of it.
    public let stop: [String]

    public init(_ content: Content, maxNewTokens: Int, stop: [String] = []) {
        self.content = content
        self.maxNewTokens = maxNewTokens
        self.stop = stop
    }
}

/// What a server answered, and when.
public struct ServedAnswer: Sendable, Equatable {
    public let text: String
    /// As the server counts them; nil where it does not say.
    public let tokens: Int?
    /// Whether it had all the tokens that it may have.
    public let isCutOff: Bool
    /// From the request to the first of the text, and to its end; the network's time is in both.
    public let secondsToFirst, seconds: Double

    public init(text: String, tokens: Int?, isCutOff: Bool, secondsToFirst: Double, seconds: Double) {
        self.text = text
        self.tokens = tokens
        self.isCutOff = isCutOff
        self.secondsToFirst = secondsToFirst
        self.seconds = seconds
    }
}
