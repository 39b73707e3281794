import ArgumentParser
import Budgets
import Contract
import Files
import Foundation
import LanguageModels
import Reading
import Results
import SoftPrompts
import Tensors
import Training

struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Trains a base model or a compressor from a recipe file.",
        subcommands: [TrainBaseCommand.self, TrainCompressorCommand.self])
}

struct TrainBaseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "base", abstract: "Trains a small base model on the built-in documents.",
        discussion: """
            The recipe's folder becomes the model's folder: config.json, tokenizer.json,
            model.safetensors and training.log are written beside it. A run that was
            interrupted goes on from its checkpoint with the same command.
            """)

    @Argument(help: "The recipe, such as Models/gazette-1m/recipe.json.")
    var recipe: PathArgument

    @Option(name: .customLong("output"), help: "The model's folder, if not the recipe's.")
    var output: PathArgument?

    @OptionGroup var options: TrainingOptions

    func run() throws {
        let file = self.recipe.url
        let folder = output?.url ?? file.deletingLastPathComponent()
        let recipe: BaseRecipe = try readRecipe(file)
        let training = BaseTraining(recipe: recipe, folder: folder)
        let log = try options.log(in: folder, beside: training.outputs, from: file)
        try options.train(
            TrainingRecord(
                fingerprint: training.fingerprint, startedAt: Date(), kind: "base", name: recipe.name,
                methodID: nil,
                recipe: canonicalJSON(recipe), threads: options.machine.threadCount, host: Machine.host),
            in: folder, log
        ) {
            try training.run(isCancelled: $0, report: $1) ? try Backbone(folder: folder).contentHash : nil
        }
    }
}

struct TrainCompressorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compressor", abstract: "Trains a method's compressor on a frozen base model.",
        discussion: """
            The compressor is written to compressors/NAME in the model's folder, where
            'picbench run' finds it. An interrupted run goes on with the same command.

                picbench train compressor --method pic --ratio 16
                picbench train compressor --method icae --ratio 4,16,64 --name icae
                picbench train compressor --method pic:visibility=chunk+memory
                picbench train compressor --model SmolLM2 --method pic --recipe my-recipe.json \
                    --data text=books --data squad=train-v1.1.json

            With --data it learns from any text: what the recipe may say is in Docs/recipes.md.
            """)

    @Option(help: "The method, with parameters behind colons where they differ from the defaults.")
    var method: String

    @Option(help: "Ratios to train at, with commas; by default the recipe's.")
    var ratio: String?

    @Option(help: "The base model: a folder, a GGUF file, or a name in Models/.")
    var model = ModelLocator.bundled

    @Option(
        help: ArgumentHelp(
            "Texts to learn from, as --dataset of 'picbench run' names them; as often as there are datasets.",
            valueName: "format=path"))
    var data: [String] = []

    @Option(
        help: ArgumentHelp(
            "The fold of the texts that is not learned from, for measuring; 'none' for nothing.",
            valueName: "n/of"))
    var holdOut = "1/20"

    @OptionGroup var records: RecordOptions

    @OptionGroup var chat: ChatOptions

    @Option(help: "The recipe; by default recipes/compressor.json in the model's folder.")
    var recipe: PathArgument?

    @Option(help: "The compressor's name; by default made of the method and the ratio.")
    var name: String?

    @Option(help: "Overrides the recipe's seed.")
    var seed: UInt64?

    @Option(help: "Multiplies the recipe's learning rates.")
    var rateFactor: Double?

    @Option(help: "Multiplies the steps of the recipe's levels: a whole schedule in less time, or more.")
    var stepsFactor: Double?

    @Option(
        help: """
            Trains a low-rank adapter of this rank on every projection, alpha twice the rank, \
            in place of what the recipe trains.
            """)
    var loraRank: Int?

    @Flag(help: "Lets each memory token begin as an embedding of its own, whatever the recipe says.")
    var distinctMemories = false

    @Option(help: "The compressor's folder, if not compressors/NAME in the model's.")
    var output: PathArgument?

    @OptionGroup var options: TrainingOptions

    func run() throws {
        let backbone = try Backbone(ModelLocator.checkpoint(model))
        let reader = try chat.reader(of: backbone)
        let method = try Catalogue.current.method(describedBy: method)
        let id = method.card.id
        guard let trainable = method as? any TrainableMethod else {
            let known = Catalogue.current.methods.filter { $0 is any TrainableMethod.Type }.map { $0.card.id }
            throw TrainingError.notTrainable(method: id, trainable: known.sorted())
        }
        let file = try recipeFile(for: backbone)
        var recipe: CompressorRecipe = try readRecipe(file)
        let ratios = try ratio.map(Ratio.list)
        if let ratios { recipe.train(at: ratios.map(\.value)) }
        if let seed { recipe.seed = seed }
        if let rateFactor {
            guard rateFactor > 0, rateFactor.isFinite else {
                throw UsageError("--rate-factor must be above 0")
            }
            recipe.optimizer.muonRate *= rateFactor
            recipe.optimizer.adamWRate *= rateFactor
        }
        if let stepsFactor {
            guard 0.001...1000 ~= stepsFactor else {
                throw UsageError("--steps-factor must be 0.001 to 1000")
            }
            recipe.multiplySteps(by: stepsFactor)
        }
        if let loraRank {
            try UsageError.require("--lora-rank", loraRank, 1...LowRankConfiguration.largestRank)
            recipe.encoder = .init(
                lora: LowRankConfiguration(rank: loraRank, alpha: Double(2 * loraRank), targets: .allLinear))
        }
        if distinctMemories { recipe.distinctMemories = true }
        recipe.method = id
        recipe.parameters = method.parametersJSON
        recipe.name = name ?? ([id] + (ratios?.map { "r\($0)" } ?? [])).joined(separator: "-")
        let folder = try CompressorPlace.folder(output, name: recipe.name, of: backbone)
        let training = try CompressorTraining(
            recipe: recipe, reader: reader, method: trainable,
            texts: try texts(for: recipe, from: file, reader: reader), folder: folder)
        let log = try options.log(in: folder, beside: training.outputs, from: file)
        try options.train(
            TrainingRecord(
                fingerprint: training.fingerprint, startedAt: Date(), kind: "compressor", name: recipe.name,
                methodID: id, recipe: canonicalJSON(recipe), threads: options.machine.threadCount,
                host: Machine.host),
            in: folder, log
        ) {
            try training.run(isCancelled: $0, report: $1) ? StoredCompressor(folder: folder).contentHash : nil
        }
    }
}

extension TrainCompressorCommand {
    /// The recipe that was named, or the model's own.
    private func recipeFile(for backbone: Backbone) throws -> URL {
        if let recipe { return recipe.url }
        let own = backbone.folder.appendingPathComponent("recipes/compressor.json")
        guard FileManager.default.fileExists(atPath: own.path) else {
            throw UsageError(
                "\(backbone.name) has no recipe for compressors; write one and name it with --recipe (Docs/recipes.md), such as: "
                    + CompressorRecipe.example)
        }
        return own
    }

    /// What the recipe wants to be learned from, where that is not the built-in documents.
    private func texts(for recipe: CompressorRecipe, from file: URL, reader: Reader) throws -> TrainingTexts?
    {
        guard recipe.isForTexts else {
            guard data.isEmpty else {
                throw UsageError(
                    "\(file.path) is a recipe for the built-in documents, and --data names others; give its levels contextTokens in place of subjects (Docs/recipes.md)"
                )
            }
            return nil
        }
        guard !data.isEmpty else {
            throw UsageError(
                "\(file.path) is a recipe for texts; name them with --data, such as --data text=books")
        }
        let fold = holdOut == "none" ? nil : try RecordOptions.fold(holdOut, "--hold-out")
        let streams = try data.map { try Catalogue.current.dataset(records.source($0)) }
        let reporter = ProgressReporter()
        reporter.note("reading \(data.joined(separator: ", "))")
        let texts = try TrainingTexts(streams, heldOut: fold, reader: reader)
        for remark in texts.remarks { reporter.note(remark) }
        return texts
    }
}

/// Where a training run's losses go, and with how many threads it computes.
struct TrainingOptions: ParsableArguments {
    @OptionGroup var store: StoreOptions

    @OptionGroup var machine: MachineOptions

    /// The log of a training; one that would be written over its recipe or its results file is refused, as
    /// are the training's other outputs.
    func log(in folder: URL, beside outputs: [URL], from recipe: URL) throws -> TrainingLog {
        let url = folder.appendingPathComponent("training.log")
        try FileIdentity.requireApart(outputs + [url], from: [recipe] + store.files)
        return try TrainingLog(url)
    }

    /// - Parameter body: trains and returns the hash of what it made, nil where it was stopped
    func train(
        _ record: TrainingRecord, in folder: URL, _ log: TrainingLog,
        _ body: (() -> Bool, (TrainingProgress) throws -> Void) throws -> String?
    ) throws {
        try machine.apply()
        let results = try store.openForWriting()
        let id = try results.beginTraining(record)
        let reporter = ProgressReporter()
        let interruption = Interruption {
            reporter.note(
                "stopping behind this step; a second Ctrl-C ends at once, and loses the steps since the last checkpoint"
            )
        }
        var log = log
        let hash = try body({ interruption.isRaised }) { progress in
            let line = TrainingLog.line(progress)
            try log.append(progress)
            try results.append(
                points: progress.values.map {
                    TrainingPoint(
                        step: progress.step, seconds: progress.seconds, tokens: progress.tokens, name: $0.key,
                        value: $0.value)
                }, to: id)
            if progress.values["loss"] == nil { reporter.note(line) }
            reporter.update(done: progress.step, of: progress.steps, doneBefore: progress.begun, line)
        }
        reporter.clear()
        guard let hash else {
            reporter.note("stopped; the same command goes on from here")
            throw ExitCode(130)
        }
        try results.finishTraining(id, outputHash: hash)
        reporter.note("finished \(record.name) in \(folder.path)")
    }
}
