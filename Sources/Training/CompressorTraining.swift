import Budgets
import Contract
import Files
import Foundation
import LanguageModels
import Reading
import Seeding
import SoftPrompts
import Tensors

/// Trains a compressor on a frozen base model: the encoder or its adapter, memory tokens and the map
/// to slots.
public struct CompressorTraining {
    public let recipe: CompressorRecipe
    public let reader: Reader
    public let method: any TrainableMethod
    public let folder: URL
    private let source: any LessonSource

    private let backbone: Backbone

    /// - Parameter texts: what is learned from in place of the built-in documents; as the recipe wants it
    /// - Throws: `TrainingError` where the texts do not have what the recipe wants
    public init(
        recipe: CompressorRecipe, reader: Reader, method: any TrainableMethod, texts: TrainingTexts? = nil,
        folder: URL
    ) throws {
        self.recipe = recipe
        self.reader = reader
        backbone = try reader.backbone
        self.method = method
        self.folder = folder
        let readsBack = type(of: method).readsBack
        source =
            try texts.map { try TextLessons(recipe, reader: reader, texts: $0, readsBack: readsBack) }
            ?? GazetteLessons(recipe, reader: reader, readsBack: readsBack)
    }

    private static let checkpointFile = "checkpoint.safetensors"

    /// What is written in the folder.
    public var outputs: [URL] {
        (CompressorFolder.ownFiles.sorted() + [Self.checkpointFile]).map { folder.appendingPathComponent($0) }
    }

    /// Identifies the run: everything that a checkpoint must share with it.
    public var fingerprint: String {
        Training.fingerprint(of: recipe, backbone.contentHash, method.parameters.json, source.fingerprint)
    }

    /// Trains, goes on from a checkpoint where there is one, and writes the compressor's folder.
    /// - Returns: whether the run is finished; a cancelled one goes on with the next call
    public func run(
        isCancelled: () -> Bool = { false }, report: (TrainingProgress) throws -> Void
    ) throws -> Bool {
        let compressor = try untrainedCompressor()
        try Folder.make(folder)
        let parameters = compressor.trainable
        let loop = TrainingLoop(
            parameters: parameters, recipe: recipe.optimizer, steps: recipe.steps, goals: recipe.goals,
            fingerprint: fingerprint,
            checkpoint: folder.appendingPathComponent(Self.checkpointFile),
            checkpointEvery: recipe.checkpointEvery, evaluateEvery: recipe.evaluation.every)
        let steps = try loop.run(
            passes: { step in
                let (lessons, ratio) = try lessons(for: step)
                return LessonPasses(lessons, ratio: ratio, most: recipe.tokensPerPass).passes.map { pass in
                    TrainingPass(share: pass.share) { try pass.loss(of: method, with: compressor, in: $0) }
                }
            },
            evaluate: { try source.measure(compressor, of: method) },
            isCancelled: isCancelled, report: report)
        guard let steps else { return false }
        let ratios = Set(recipe.levels.last?.ratios ?? []).sorted()
        let measured = (recipe.evaluation.ratios ?? []).filter {
            $0 < ratios.first ?? 1 || $0 > ratios.last ?? 1
        }
        let card = CompressorCard(
            name: recipe.name, method: recipe.method, parameters: method.parameters.json, ratios: ratios,
            measuredRatios: measured.isEmpty ? nil : measured,
            baseHash: backbone.contentHash, seed: recipe.seed, steps: steps,
            trainableParameters: parameters.values.reduce(0) { $0 + $1.count }, prefix: compressor.prefix,
            decoder: compressor.decoderAdapter?.configuration, trainedOn: source.data)
        try compressor.save(card, baseModel: backbone.name, to: folder)
        loop.removeCheckpoint()
        return true
    }

    private func untrainedCompressor() throws -> Compressor {
        let base = backbone.model
        func adapter(_ configuration: LowRankConfiguration, _ stream: String) throws -> LowRankAdapter {
            var generator = SeededGenerator(seed: recipe.seed, stream: stream)
            return try LowRankAdapter(configuration, for: base, using: &generator)
        }
        let lora = recipe.encoder?.lora
        // As COCOM's: as many ranks for the decoder as the encoder has, or 16.
        let decoder = lora ?? LowRankConfiguration(rank: 16, alpha: 32, targets: .allLinear)
        return Compressor(
            for: base, encoder: lora == nil ? base.copy() : nil,
            adapter: try lora.map { try adapter($0, "adapter") },
            decoderAdapter: type(of: method).trainsDecoder ? try adapter(decoder, "decoder") : nil,
            seed: recipe.seed, hasDistinctMemories: recipe.distinctMemories ?? false)
    }

    /// The lessons of a step and its ratio: a function of the recipe, the data and the step alone.
    func lessons(for step: TrainingStep) throws -> ([Lesson], Ratio) {
        var generator = SeededGenerator(seed: recipe.seed, stream: "compressor-step-\(step.number)")
        var left = step.planned
        let level = recipe.levels.first { level in
            defer { left -= level.steps }
            return left < level.steps
        }
        guard let level else { preconditionFailure("step \(step.planned) of \(recipe.steps)") }
        let drawn = generator.element(of: level.ratios)
        guard let ratio = Ratio(drawn) else { throw ContractError.badRatio("\(drawn)") }
        return (try source.lessons(of: level, using: &generator), ratio)
    }
}

extension CompressorRecipe {
    /// Of the levels that do not end before they are learned.
    fileprivate var goals: [LevelGoal] {
        var end = 0
        return levels.compactMap { level in
            end += level.steps
            return level.until.map {
                LevelGoal(end: end, loss: $0.loss, most: max(0, $0.atMost - level.steps))
            }
        }
    }
}
