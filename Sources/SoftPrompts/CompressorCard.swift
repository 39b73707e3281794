import Contract
import Files
import Foundation
import LanguageModels

/// What a folder with a trained compressor says about itself: `compressor.json`.
public struct CompressorCard: Codable, Equatable, Sendable {
    public var name: String
    /// The method's identifier and the canonical JSON of its parameters.
    public var method: String
    public var parameters: String
    /// Ratios that it was trained at.
    public var ratios: [Double]
    /// Ratios beyond those at which its training measured it: it serves them too. Nil where there are none.
    public var measuredRatios: [Double]?
    /// The hash of the base model; another base is refused.
    public var baseHash: String
    public var seed: UInt64
    public var steps: Int
    public var trainableParameters: Int
    public var prefix: [Int32]
    /// Where it comes from, if it was not trained here.
    public var imported: Import?
    /// How the decoder adds to its weights while it reads, of methods that train that too.
    public var decoder: LowRankConfiguration?
    /// The data that it learned from; nil where that is not known.
    public var trainedOn: [TrainingData]?
    /// The SHA-256 of each file beside the card that decides what it does, by its name: one that is
    /// missing, added or changed is refused. Nil in cards of earlier versions, which are renewed before use.
    public var files: [String: String]?

    /// A dataset that was learned from.
    public struct TrainingData: Codable, Equatable, Sendable {
        /// As users write it, without folders.
        public var dataset: String
        /// The fold that was left out, such as `1/5`.
        public var heldOut: String?
        /// What was left, where it is counted.
        public var documents: Int?
        public var tokens: Int?

        public init(dataset: String, heldOut: String? = nil, documents: Int? = nil, tokens: Int? = nil) {
            self.dataset = dataset
            self.heldOut = heldOut
            self.documents = documents
            self.tokens = tokens
        }
    }

    /// What a published compressor needs that ours do not have.
    ///
    /// Its memory tokens' hidden states are the slots as they are, it cuts contexts into segments, and
    /// it puts learned embeddings in front of prompts.
    public struct Import: Codable, Equatable, Sendable {
        /// The layout of the file, such as `icae-v2`.
        public var layout: String
        public var file: String
        /// The longest stretch of a context that is encoded at once, in tokens.
        public var segmentTokens: Int

        public init(layout: String, file: String, segmentTokens: Int) {
            self.layout = layout
            self.file = file
            self.segmentTokens = segmentTokens
        }
    }

    public init(
        name: String, method: String, parameters: String, ratios: [Double], measuredRatios: [Double]? = nil,
        baseHash: String, seed: UInt64, steps: Int, trainableParameters: Int, prefix: [Int32],
        imported: Import? = nil,
        decoder: LowRankConfiguration? = nil, trainedOn: [TrainingData]? = nil
    ) {
        self.name = name
        self.method = method
        self.parameters = parameters
        self.ratios = ratios
        self.measuredRatios = measuredRatios
        self.baseHash = baseHash
        self.seed = seed
        self.steps = steps
        self.trainableParameters = trainableParameters
        self.prefix = prefix
        self.imported = imported
        self.decoder = decoder
        self.trainedOn = trainedOn
    }
}

extension CompressorCard {
    /// Reads `compressor.json`; errors are one line.
    init(file: URL) throws {
        let folder = file.deletingLastPathComponent().path
        guard let data = try RegularFile.read(file) else {
            throw ContractError.badCompressor(
                folder: folder,
                reason: "compressor.json is missing; copy or train it again, or remove the folder")
        }
        do {
            self = try JSONDecoder().decode(Self.self, from: data)
        } catch {
            let reason = (error as? DecodingError)?.line ?? "it cannot be read"
            throw ContractError.badCompressor(
                folder: folder, reason: "compressor.json is not sound: \(reason)")
        }
    }

    /// As it is written.
    var json: Data {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return try encoder.encode(self)
        }
    }
}
