import Tensors

/// A score of what was read behind a kept context: a description and a function.
public struct Metric: Sendable {
    /// As users write it and stores have it: `rougeL`.
    public let id: String
    /// For tables: `ROUGE-L`.
    public let name: String
    /// Changed with what it computes, so that cells are scored again.
    public let version: Int
    /// Which values are better.
    public let direction: Direction
    /// Every value lies in it; its ends may be infinite.
    public let range: ClosedRange<Double>
    /// What has to be read for it.
    public let needs: Needs
    /// The value for one item; nil where it does not apply, such as a score of answers to an item without.
    public let score: @Sendable (Answer) -> Double?

    /// Which values are better.
    public enum Direction: String, Codable, Sendable {
        case higherIsBetter = "higher"
        case lowerIsBetter = "lower"
    }

    /// What has to be read for it besides the generated text, each at a cost.
    public struct Needs: OptionSet, Sendable {
        /// Bits.
        public let rawValue: Int

        public init(rawValue: Int) { self.rawValue = rawValue }

        /// How the decoder predicts the first reference, token by token.
        public static let target = Needs(rawValue: 1)
        /// The same of every choice.
        public static let options = Needs(rawValue: 2)
        /// How it predicts what it answers itself behind the full context, with the distributions here and
        /// there. Costs a pass over the full context.
        public static let ownAnswer = Needs(rawValue: 4)
    }

    public init(
        id: String, name: String, version: Int = 1, direction: Direction = .higherIsBetter,
        range: ClosedRange<Double> = 0...1, needs: Needs = [], score: @escaping @Sendable (Answer) -> Double?
    ) {
        self.id = id
        self.name = name
        self.version = version
        self.direction = direction
        self.range = range
        self.needs = needs
        self.score = score
    }

    /// A score of the text alone, from 0 to 1.
    public init(
        id: String, name: String,
        text score: @escaping @Sendable (_ output: String, _ references: [String]) -> Double
    ) {
        self.init(id: id, name: name) { score($0.output, $0.references) }
    }
}

/// What was read for one item.
public struct Answer {
    /// The generated text.
    public let output: String
    /// The item's: every output that counts as right.
    public let references: [String]
    /// The item's: answers to choose from.
    public let choices: [String]
    /// The item's: the part of a collection that it is of.
    public let subset: String?
    /// Whether the output ended at its limit, and might have gone on.
    public let isCutOff: Bool
    /// How the first reference was predicted; nil unless asked for.
    public let target: Prediction?
    /// How each choice was predicted; empty unless asked for.
    public let options: [Prediction]
    /// How the reader's own answer behind the full context was predicted, with distributions; nil unless
    /// asked for.
    public let own: Prediction?

    public init(
        output: String, references: [String], choices: [String] = [], subset: String? = nil,
        isCutOff: Bool = false, target: Prediction? = nil, options: [Prediction] = [], own: Prediction? = nil
    ) {
        self.output = output
        self.references = references
        self.choices = choices
        self.subset = subset
        self.isCutOff = isCutOff
        self.target = target
        self.options = options
        self.own = own
    }
}

/// How the decoder predicts given tokens behind a prompt, each from all before it.
public struct Prediction {
    /// What was to be predicted.
    public let tokens: [Int32]
    /// Of each token, natural logarithms.
    public let logLikelihoods: [Float]
    /// Whether each token is the one with the highest score.
    public let isBest: [Bool]
    /// Scores of every token of the vocabulary at each place, [tokens, vocabulary], behind the kept
    /// context and behind the full one; nil unless asked for.
    public var logits: (kept: Tensor, full: Tensor)?

    public init(
        tokens: [Int32], logLikelihoods: [Float], isBest: [Bool], logits: (kept: Tensor, full: Tensor)? = nil
    ) {
        self.tokens = tokens
        self.logLikelihoods = logLikelihoods
        self.isBest = isBest
        self.logits = logits
    }

    /// Nats of all tokens together.
    public var logLikelihood: Double { logLikelihoods.reduce(0) { $0 + Double($1) } }
}
