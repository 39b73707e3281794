import Contract
import Datasets
import Files
import Foundation
import LanguageModels
import Prompting
import Reading
import Seeding
import Tensors
import Tokenizers

/// Trains a base model on gazette documents, from a recipe alone.
///
/// A row is a document, then questions, answers and the digest as tails that see the document but
/// not each other; or the document once more. Random copies and key-value recall come first.
public struct BaseTraining {
    public let recipe: BaseRecipe
    public let folder: URL

    public init(recipe: BaseRecipe, folder: URL) {
        self.recipe = recipe
        self.folder = folder
    }

    private static let tokenizerFile = "tokenizer.json"
    private static let checkpointFile = "checkpoint.safetensors"

    /// What is written in the folder.
    public var outputs: [URL] {
        (LanguageModel.savedFiles + [Self.tokenizerFile, Self.checkpointFile]).map {
            folder.appendingPathComponent($0)
        }
    }

    /// Identifies the run: everything that a checkpoint must share with it.
    public var fingerprint: String { Training.fingerprint(of: recipe) }

    /// Trains, goes on from a checkpoint where there is one, and writes the model's folder.
    /// - Returns: whether the run is finished; a cancelled one goes on with the next call
    public func run(
        isCancelled: () -> Bool = { false }, report: (TrainingProgress) throws -> Void
    ) throws -> Bool {
        try Folder.make(folder)
        let (tokenizer, tokenizerJSON) = try trainTokenizer()
        let model = makeModel(tokenizer)
        let format = PromptFormat(for: model.configuration, tokenizer: tokenizer)
        let backbone = Backbone(folder: folder, model: model, tokenizer: tokenizer, contentHash: "")
        let teacher = try Teacher(
            tokenizer: tokenizer, format: format, digestWeight: recipe.digestWeight.map(Float.init) ?? 0.5)
        let evaluation = Evaluation(recipe: recipe.evaluation, seed: recipe.seed)
        let loop = TrainingLoop(
            parameters: model.tensors, recipe: recipe.optimizer, steps: recipe.steps,
            fingerprint: fingerprint,
            checkpoint: folder.appendingPathComponent(Self.checkpointFile),
            checkpointEvery: recipe.checkpointEvery, evaluateEvery: recipe.evaluation.every)
        let steps = try loop.run(
            passes: { step in
                let step = step.number
                let lessons = try lessons(for: step, from: teacher)
                let batch = LessonBatch(
                    lessons.list,
                    documentWeight: lessons.areDocuments && step % max(1, recipe.documentEvery ?? 2) == 0
                        ? Float(recipe.documentWeight) : 0)
                return [TrainingPass { (batch.loss(of: model, in: $0), batch.rows.count) }]
            },
            evaluate: {
                try evaluation.measure(Reader(backbone, format: format), of: WholeContext(), with: nil)
            }, isCancelled: isCancelled, report: report)
        guard steps != nil else { return false }
        // Together: weights are of one tokenizer.
        try FolderReplacement.write(to: folder) { replacement in
            try replacement.write(tokenizerJSON, to: Self.tokenizerFile)
            try model.write(to: replacement)
        }
        loop.removeCheckpoint()
        return true
    }

    /// The lessons of a step: a function of the recipe and the step alone.
    func lessons(for step: Int, from teacher: Teacher) throws -> (list: [Lesson], areDocuments: Bool) {
        var generator = SeededGenerator(seed: recipe.seed, stream: "base-step-\(step)")
        let (index, level) = level(at: step)
        var lessons: [Lesson] = []
        var rows = 0
        func fill(_ make: () throws -> Lesson) rethrows {
            repeat {
                lessons.append(try make())
                rows += lessons[lessons.count - 1].rows
            } while rows < recipe.tokensPerStep
        }
        if generator.unit() < level.drills {
            if generator.unit() < 0.65 {
                let length = generator.integer(in: 4...(index == 0 ? 24 : 64))
                fill { teacher.copyDrill(words: length, using: &generator) }
            } else {
                let pairs = generator.integer(in: 2...8)
                try fill { try teacher.recallDrill(pairs: pairs, using: &generator) }
            }
            return (lessons, false)
        }
        let readBack = generator.unit() < recipe.readBackShare
        let subjects = generator.element(of: level.subjects)
        let style = level.styles.map { generator.element(of: $0) } ?? .list
        try fill {
            try teacher.document(
                subjects: subjects, style: style, readBack: readBack, questions: recipe.questions,
                using: &generator)
        }
        return (lessons, true)
    }

    private func level(at step: Int) -> (Int, BaseRecipe.Level) {
        var left = step
        for (i, level) in recipe.levels.enumerated() {
            if left < level.steps { return (i, level) }
            left -= level.steps
        }
        return (recipe.levels.count - 1, recipe.levels[recipe.levels.count - 1])
    }

    // MARK: - Before the first step

    private func trainTokenizer() throws -> (Tokenizer, json: Data) {
        let trainer = BPETrainer(
            specialTokens: PromptFormat.Mark.allCases.map(\.rawValue), vocabularySize: recipe.vocabularySize)
        let json = try trainer.train(on: Gazette.vocabularyText)
        let url = folder.appendingPathComponent(Self.tokenizerFile)
        return (try Tokenizer(json: json, file: url.path), json)
    }

    private func makeModel(_ tokenizer: Tokenizer) -> LanguageModel {
        var configuration = ModelConfiguration(
            vocabularySize: tokenizer.vocabularySize, hiddenSize: recipe.model.hiddenSize,
            intermediateSize: recipe.model.intermediateSize, layers: recipe.model.layers,
            heads: recipe.model.heads)
        configuration.bosID = tokenizer.id(of: PromptFormat.Mark.begin.rawValue)
        configuration.eosIDs = tokenizer.id(of: PromptFormat.Mark.end.rawValue).map { [$0] } ?? []
        configuration.trainedLength = 8192
        var generator = SeededGenerator(seed: recipe.seed, stream: "weights")
        let model = LanguageModel.random(configuration, using: &generator)
        model.initializeInduction(using: &generator)
        return model
    }
}

/// A hash of everything that a checkpoint's owner must share.
func fingerprint(of recipe: some Encodable, _ more: String...) -> String {
    SHA256.hex(of: canonicalJSON(recipe) + more.joined(separator: "|"))
}
