import ArgumentParser
import Budgets
import Contract
import LanguageModels
import SoftPrompts
import Training

struct BenchTrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Training steps: forward, backward, clipping and optimisers.",
        discussion: """
            Of the whole model on packed sequences with the loss of every row, or with --method
            of a compressor with low-rank additions to q_proj and v_proj, on contexts that are
            compressed and a text of --tail tokens that is predicted behind each.
            """)

    @OptionGroup var model: BenchModelOptions
    @OptionGroup var options: BenchOptions

    @Option(help: "Sequences, or contexts, of a step.")
    var sequences = 16

    @Option(help: "Tokens of each.")
    var length = 256

    @Option(help: "Trains a compressor of this method.")
    var method: String?

    @Option(help: "The compression ratio.")
    var ratio = "16"

    @Option(help: "Tokens that are predicted behind each compressed context.")
    var tail = 64

    @Option(help: "Rank of the low-rank additions.")
    var rank = 16

    func run() throws {
        try options.apply()
        try UsageError.require("--sequences", sequences, 1...100_000)
        try UsageError.require("--length", length, 2...1_000_000)
        try UsageError.require("--tail", tail, 1...1_000_000)
        try UsageError.require("--rank", rank, 1...LowRankConfiguration.largestRank)
        let opened = try model.open()
        let vocabulary = opened.configuration.vocabularySize
        let speed = TrainingSpeed(
            model: opened, sequences: sequences, length: length,
            tokens: BenchTokens.ids(sequences * (length + tail + 1), vocabulary: vocabulary))
        let result: (rows: Int, seconds: [Double])
        if let name = method {
            let chosen = try Catalogue.current.method(describedBy: name)
            guard let trainable = chosen as? any TrainableMethod else {
                throw TrainingError.notTrainable(
                    method: name,
                    trainable: Catalogue.current.methods.filter { $0 is any TrainableMethod.Type }
                        .map { $0.card.id }.sorted())
            }
            guard let ratio = try Ratio.list(ratio).first else { throw ContractError.badRatio(ratio) }
            result = try speed.compressor(
                of: trainable, ratio: ratio, tail: tail, rank: rank, steps: options.repeats)
        } else {
            result = try speed.base(steps: options.repeats)
        }
        try options.show(
            BenchMeasurement(
                "train", of: (method.map { "\($0) on " } ?? "") + model.model, count: Double(result.rows),
                units: "tokens", seconds: result.seconds))
    }
}
