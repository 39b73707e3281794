import Contract
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

/// What is measured during training, on documents of the validation split.
public struct EvaluationRecipe: Codable, Equatable, Sendable {
    /// Steps between two evaluations.
    public var every: Int
    /// Each number of subjects is measured on its own.
    public var subjects: [Int]
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
        /// One is drawn a step; write one twice to draw it twice as often.
        public var ratios: [Double]
        public var subjects: [Int]
    }

    public var name: String
    public var method: String
    /// The parameters of the method as canonical JSON.
    public var parameters: String?
    /// By default a full copy of the base model's layers.
    public var encoder: Encoder?
    public var seed: UInt64
    public var levels: [Level]
    public var contextTokensPerStep: Int
    public var readBackShare: Double
    public var questions: Int
    public var optimizer: OptimizerRecipe
    public var evaluation: EvaluationRecipe
    public var checkpointEvery: Int

    public var steps: Int { levels.reduce(0) { $0 + $1.steps } }

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
        }
    }

    public var errorDescription: String? { description }
}

/// Reads a recipe; errors name the field, and what it may be.
public func readRecipe<Recipe: BoundedRecipe>(
    _ url: URL, as type: Recipe.Type = Recipe.self
) throws -> Recipe {
    guard let data = try RegularFile.read(url) else {
        throw TrainingError.badRecipe(file: url.path, reason: "it cannot be read; check the path")
    }
    do {
        let recipe = try JSONDecoder().decode(Recipe.self, from: data)
        if let problem = recipe.problem { throw TrainingError.badRecipe(file: url.path, reason: problem) }
        return recipe
    } catch let error as DecodingError {
        throw TrainingError.badRecipe(file: url.path, reason: error.line)
    }
}
