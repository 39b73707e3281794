import ArgumentParser
import Bench
import Foundation
import Tensors
import Training

struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Trains a base model or a compressor from a recipe file.",
        subcommands: [TrainBaseCommand.self])
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
    var recipe: String

    @Option(name: .customLong("output"), help: "The model's folder, if not the recipe's.")
    var output: String?

    @OptionGroup var options: TrainingOptions

    func run() throws {
        let url = URL(fileURLWithPath: recipe)
        let folder = output.map { URL(fileURLWithPath: $0) } ?? url.deletingLastPathComponent()
        let training = BaseTraining(recipe: try readRecipe(url), folder: folder)
        try options.train(in: folder) { try training.run(isCancelled: $0, report: $1) }
    }
}

struct TrainingOptions: ParsableArguments {
    @Option(help: "Threads; by default one a core.")
    var threads: Int?

    func train(
        in folder: URL, _ body: (() -> Bool, (TrainingProgress) throws -> Void) throws -> Bool
    ) throws {
        Threads.use(threads ?? ProcessInfo.processInfo.activeProcessorCount)
        let interruption = Interruption()
        let reporter = ProgressReporter()
        let log = try TrainingLog(folder.appendingPathComponent("training.log"))
        var first: Int?
        let finished = try body({ interruption.isRaised }) { progress in
            let line = TrainingLog.line(progress)
            try log.append(line)
            let before = first ?? progress.step
            first = before
            if progress.values["loss"] == nil { reporter.note(line) }
            reporter.update(done: progress.step, of: progress.steps, doneBefore: before, line)
        }
        reporter.clear()
        if !finished {
            reporter.note("stopped; the same command goes on from here")
            throw ExitCode(130)
        }
    }
}
