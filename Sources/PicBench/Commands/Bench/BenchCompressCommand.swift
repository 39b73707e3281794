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
        let opened = try model.open()
        let chosen = try BenchMethod(
            method, ratio: ratio, on: opened, backbone: Backbone(ModelLocator.checkpoint(model.model)))
        let (preparation, long) = (chosen.preparation, chosen.context(context))
        let seconds = try options.seconds { _ = try preparation.compress([long], in: Computation()) }
        try options.show(
            BenchMeasurement(
                "compress", of: "\(method) \(chosen.ratio)x on \(model.model)", count: Double(context),
                units: "tokens", seconds: seconds))
    }
}

/// A method that is measured on a model; one that learns runs untrained.
struct BenchMethod {
    let method: any ConfiguredMethod
    let ratio: Ratio
    let preparation: any Preparation
    private let model: LanguageModel

    /// - Parameter backbone: of the model; opened for methods that learn nothing
    init(
        _ text: String, ratio: String, on opened: LanguageModel,
        backbone: @autoclosure () throws -> Backbone
    ) throws {
        method = try Catalogue.current.method(describedBy: text)
        guard let ratio = try Ratio.list(ratio).first else { throw ContractError.badRatio(ratio) }
        self.ratio = ratio
        model = opened
        if let trainable = method as? any TrainableMethod {
            preparation = trainable.preparation(with: Compressor(for: opened))
        } else {
            preparation = try method.preparation(for: Demand(.ratio(ratio)), from: Resources(backbone()))
        }
    }

    /// Made-up tokens.
    func context(_ tokens: Int) -> Context {
        Context(
            tokens: BenchTokens.ids(tokens, vocabulary: model.configuration.vocabularySize),
            limit: .ratio(ratio))
    }
}
