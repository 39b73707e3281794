import ArgumentParser
import Foundation
import LanguageModels

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures the speed of the engine and of the harness.",
        discussion: """
            Token ids are made up, so that a model folder needs no tokenizer. Each measurement
            is taken once to warm up and then --repeats times; figures are medians.

                picbench bench prefill --model path/to/folder --context 512
                picbench bench compress --method pic:contextScope=chunk --context 32768

            The scripts in Benchmarks/ set these figures beside other programs'.
            """,
        subcommands: [
            BenchPrefillCommand.self, BenchDecodeCommand.self, BenchTrainCommand.self,
            BenchCompressCommand.self, BenchTokenizeCommand.self, BenchStoreCommand.self,
            BenchReadCommand.self, BenchLimitsCommand.self,
        ])
}

/// What every measurement asks for.
struct BenchOptions: ParsableArguments {
    @Option(help: "How often it is measured, after once to warm up.")
    var repeats = 5

    @Flag(help: "Prints JSON.")
    var json = false

    @OptionGroup var machine: MachineOptions

    func apply() throws {
        try UsageError.require("--repeats", repeats, 1...100_000)
        try machine.apply()
    }

    /// Seconds of each repetition of `body`, after one that is not counted.
    func seconds(_ body: () throws -> Void) rethrows -> [Double] {
        try body()
        let clock = ContinuousClock()
        return try (0..<repeats).map { _ in try clock.measure(body) / .seconds(1) }
    }

    func show(_ measurement: BenchMeasurement) throws {
        if json { return try Output.json(measurement) }
        try Output.text(measurement.text + "\n")
    }
}

/// The model whose speed is measured.
struct BenchModelOptions: ParsableArguments {
    @Option(help: "A folder with config.json and *.safetensors, or a name in Models/.")
    var model = ModelLocator.bundled

    func open() throws -> LanguageModel {
        try LanguageModel(ModelLocator.checkpoint(model))
    }
}

/// Token ids that every program can make: a linear congruential sequence over the vocabulary.
enum BenchTokens {
    static func ids(_ count: Int, vocabulary: Int) -> [Int32] {
        var state: UInt64 = 1
        return (0..<count).map { _ in
            state = (state * 1_103_515_245 + 12345) % (1 << 31)
            return Int32(state / 65536 % UInt64(vocabulary))
        }
    }
}
