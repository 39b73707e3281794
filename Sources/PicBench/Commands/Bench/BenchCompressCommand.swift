import ArgumentParser
import Budgets
import Contract
import LanguageModels
import SoftPrompts
import Tensors

struct BenchCompressCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compress", abstract: "Compresses one long context.",
        discussion: """
            A method with weights of its own runs untrained: the time is the same. Memory is
            the whole process's, so that one call measures one length.
            """)

    @OptionGroup var model: BenchModelOptions
    @OptionGroup var options: BenchOptions

    @Option(help: "The method, with parameters behind colons.")
    var method = "pic:contextScope=chunk"

    @Option(help: "The compression ratio.")
    var ratio = "16"

    @Option(help: "Tokens of the context.")
    var context = 2048

    func run() throws {
        try options.apply()
        try UsageError.require("--context", context, 1...10_000_000)
        let chosen = try Catalogue.current.method(describedBy: method)
        guard let ratio = try Ratio.list(ratio).first else { throw ContractError.badRatio(ratio) }
        let opened = try model.open()
        let long = Context(
            tokens: BenchTokens.ids(context, vocabulary: opened.configuration.vocabularySize),
            limit: .ratio(ratio))
        let preparation = try prepared(chosen, ratio, opened)
        let seconds = try options.seconds { _ = try preparation.compress([long], in: Computation()) }
        try options.show(
            BenchMeasurement(
                "compress", of: "\(method) \(ratio)x on \(model.model)", count: Double(context),
                units: "tokens", seconds: seconds))
    }

    /// A method that learns runs untrained.
    private func prepared(
        _ method: any ConfiguredMethod, _ ratio: Ratio, _ opened: LanguageModel
    ) throws -> any Preparation {
        if let trainable = method as? any TrainableMethod {
            return trainable.preparation(with: Compressor(for: opened))
        }
        let backbone = try Backbone(ModelLocator.checkpoint(model.model))
        return try method.preparation(for: Demand(.ratio(ratio)), from: Resources(backbone))
    }
}
