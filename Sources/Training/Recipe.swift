import Contract
import Datasets
import Files
import Foundation
import LanguageModels
import Tensors

/// How parameters move: Muon for matrices, AdamW for the rest.
public struct OptimizerRecipe: Codable, Equatable, Sendable {
    public var muonRate: Double
    public var adamWRate: Double
    /// The largest common norm of all gradients.
    public var clip: Double
    public var schedule: Schedule
}

/// What is measured during training: on documents of the validation split, or on texts that are held out.
public struct EvaluationRecipe: Codable, Equatable, Sendable {
    /// Steps between two evaluations.
    public var every: Int
    /// Each number of subjects is measured on its own; nil where texts are learned from.
    public var subjects: [Int]?
    /// Each is measured on its own; lists by default.
    public var styles: [Gazette.Style]?
    /// Documents of each number of subjects, or lessons of each kind from texts that are held out.
    public var documents: Int
    /// Compressors only.
    public var ratios: [Double]?
}

/// Everything that decides a base model: `picbench train base RECIPE`.
public struct BaseRecipe: Codable, Equatable, Sendable {
    public struct Shape: Codable, Equatable, Sendable {
        public var hiddenSize: Int
        public var intermediateSize: Int
        public var layers: Int
        public var heads: Int
    }

    /// A stretch of the run with its mixture.
    public struct Level: Codable, Equatable, Sendable {
        public var steps: Int
        /// Subjects a document.
        public var subjects: [Int]
        /// How documents are told, one of which is drawn a step; lists by default.
        public var styles: [Gazette.Style]?
        /// The share of steps on random copies and key-value recall.
        public var drills: Double
    }

    public var name: String
    public var seed: UInt64
    /// The most tokens, bytes and marks included.
    public var vocabularySize: Int
    public var model: Shape
    public var levels: [Level]
    public var tokensPerStep: Int
    /// The share of document steps on which the document is read back instead of asked about.
    public var readBackShare: Double
    /// The weight of predicting the document itself, on some steps, against the answers'.
    public var documentWeight: Double
    /// Every how many steps the document itself is predicted; 2 by default.
    public var documentEvery: Int?
    /// The weight of a token of the digest against an answer's; a half by default.
    public var digestWeight: Double?
    /// The most questions a document.
    public var questions: Int
    public var optimizer: OptimizerRecipe
    public var evaluation: EvaluationRecipe
    public var checkpointEvery: Int

    public var steps: Int { levels.reduce(0) { $0 + $1.steps } }
}

/// Everything that decides a compressor: `picbench train compressor`.
public struct CompressorRecipe: Codable, Equatable, Sendable {
    /// What of the encoder is trained: everything, or a low-rank adapter on the frozen base model.
    public struct Encoder: Codable, Equatable, Sendable {
        public var lora: LowRankConfiguration?

        public init(lora: LowRankConfiguration?) {
            self.lora = lora
        }
    }

    public struct Level: Codable, Equatable, Sendable {
        public var steps: Int
        /// What has to be learned before it ends; nil where only its steps count.
        public var until: Goal?
        /// One is drawn a step; write one twice to draw it twice as often.
        public var ratios: [Double]
        /// Subjects of the built-in documents, one of which is drawn a step; nil where texts are learned from.
        public var subjects: [Int]?
        /// How built-in documents are told, one of which is drawn a step; lists by default.
        public var styles: [Gazette.Style]?
        /// The least and the most tokens of a context, where texts are learned from.
        public var contextTokens: [Int]?
        /// What is learned of texts, and how often; by default they are read back and gone on with alike.
        public var lessons: LessonMixture?

        var lengths: ClosedRange<Int> {
            let ends = contextTokens ?? []
            return (ends.min() ?? 1)...(ends.max() ?? 1)
        }

        func mixture(readsBack: Bool) -> LessonMixture {
            let all = lessons ?? LessonMixture(readBack: 1, continuation: 1)
            return readsBack ? all : all.withoutReadingBack
        }
    }

    /// What a level goes on for when its steps are over.
    public struct Goal: Codable, Equatable, Sendable {
        /// In nats: it ends when the mean loss of the last 25 steps that were reported together is not above.
        public var loss: Double
        /// The most steps of the level, learned or not.
        public var atMost: Int

        public init(loss: Double, atMost: Int) {
            self.loss = loss
            self.atMost = atMost
        }
    }

    public var name: String
    public var method: String
    /// The parameters of the method as canonical JSON.
    public var parameters: String?
    /// By default a full copy of the base model's layers.
    public var encoder: Encoder?
    public var seed: UInt64
    public var levels: [Level]
    /// Whether each memory token begins as an embedding of its own; by default all begin alike, and only their
    /// positions tell them apart.
    public var distinctMemories: Bool?
    /// A step's lessons go on until their contexts have so many tokens.
    public var contextTokensPerStep: Int
    /// Of the contexts' tokens in one pass; a step with more adds up the gradients of several. By default one pass.
    public var tokensPerPass: Int?
    /// The share of steps on which built-in documents are read back; none by default.
    public var readBackShare: Double?
    /// Tokens behind a text that it is gone on with; 64 by default.
    public var continuationTokens: Int?
    /// The most questions a document.
    public var questions: Int
    public var optimizer: OptimizerRecipe
    public var evaluation: EvaluationRecipe
    public var checkpointEvery: Int

    /// Without those that levels go on for until they are learned.
    public var steps: Int { levels.reduce(0) { $0 + $1.steps } }
    var continuation: Int { continuationTokens ?? 64 }

    /// Whether it learns from texts that a user names, and not from the built-in documents.
    public var isForTexts: Bool { levels.contains { $0.contextTokens != nil } }

    /// The same recipe with longer or shorter levels, each of at least a step.
    public mutating func multiplySteps(by factor: Double) {
        for i in levels.indices {
            levels[i].steps = max(1, Int((Double(levels[i].steps) * factor).rounded()))
        }
    }

    /// The same recipe for other ratios: the curriculum up to the largest of them, then those.
    public mutating func train(at ratios: [Double]) {
        let largest = ratios.max() ?? 1
        for i in levels.indices {
            levels[i].ratios = i == levels.count - 1 ? ratios : levels[i].ratios.map { min($0, largest) }
        }
    }
}

/// What can be wrong with a training run, in one line.
public enum TrainingError: Error, CustomStringConvertible, LocalizedError {
    case badRecipe(file: String, reason: String)
    case otherRecipe(checkpoint: String)
    case diverged(step: Int)
    case notTrainable(method: String, trainable: [String])
    case nothingToLearn(data: [String], reason: String?)
    case tooMuchText(most: Int)

    public var description: String {
        switch self {
        case .badRecipe(let file, let reason):
            "\(file) is not a sound recipe: \(reason)"
        case .otherRecipe(let checkpoint):
            "\(checkpoint) belongs to another recipe; remove it to start again, or restore the recipe"
        case .diverged(let step):
            "the loss is not a number at step \(step); lower the learning rate"
        case .notTrainable(let method, let trainable):
            "\(method) has nothing to train; trainable: \(trainable.joined(separator: ", "))"
        case .nothingToLearn(let data, let reason):
            "there is nothing to learn from in \(data.joined(separator: ", ")): \(reason ?? "it has no document")"
        case .tooMuchText(let most):
            "the texts have more than \(most) tokens, which is more than is kept in memory; name fewer or smaller files"
        }
    }

    public var errorDescription: String? { description }
}
