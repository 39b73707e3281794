import ArgumentParser
import LanguageModels
import Reading

struct BenchPrefillCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prefill", abstract: "Reads a context and predicts one token.")

    @OptionGroup var model: BenchModelOptions
    @OptionGroup var options: BenchOptions

    @Option(help: "Tokens that are read.")
    var context = 512

    func run() throws {
        try options.apply()
        try UsageError.require("--context", context, 1...10_000_000)
        let opened = try model.open()
        let request = DecodingSession.Request(synthetic: context, maxNewTokens: 1, for: opened)
        var output: [Int32] = []
        let seconds = options.seconds { output = DecodingSession(of: request, by: opened).outputs[0] }
        try options.show(
            BenchMeasurement(
                "prefill", of: model.model, count: Double(context), units: "tokens", seconds: seconds,
                output: output))
    }
}

struct BenchDecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode", abstract: "Generates tokens behind a context, one at a time.",
        discussion: """
            With --method the context is compressed first, and the tokens are generated behind what is
            kept of it; compressing is not timed ('bench compress' does that).
            """)

    @OptionGroup var model: BenchModelOptions
    @OptionGroup var options: BenchOptions

    @Option(help: "Tokens in front.")
    var context = 512

    @Option(help: "Tokens that are generated; reading the context and the first of them are not timed.")
    var new = 64

    @Option(help: "A method that compresses the context, with parameters behind colons.")
    var method: String?

    @Option(help: "The compression ratio, with --method.")
    var ratio = "16"

    func run() throws {
        try options.apply()
        try UsageError.require("--context", context, 1...10_000_000)
        try UsageError.require("--new", new, 1...10_000_000)
        let opened = try model.open()
        let kept = try method.map { [try compressed(by: $0, opened)] }
        let request = DecodingSession.Request(
            synthetic: kept == nil ? context : 1, maxNewTokens: new + 1, for: opened)
        var output: [Int32] = []
        let clock = ContinuousClock()
        let seconds = (0...options.repeats).map { _ in
            let session = DecodingSession(of: request, behind: kept, by: opened)
            let begin = clock.now
            output = session.finish()[0]
            return begin.duration(to: clock.now) / .seconds(1)
        }
        try options.show(
            BenchMeasurement(
                "decode",
                of: [method.map { "\($0) \(ratio)x on" }, model.model].compactMap(\.self).joined(
                    separator: " "),
                count: Double(new), units: "tokens", seconds: Array(seconds.dropFirst()), output: output))
    }

    private func compressed(by method: String, _ opened: LanguageModel) throws -> KeptContext {
        let backbone = try Backbone(ModelLocator.checkpoint(model.model))
        let chosen = try BenchMethod(method, ratio: ratio, on: opened, backbone: backbone)
        let trial = Trial(
            chosen.method, chosen.preparation, budget: .ratio(chosen.ratio),
            reader: try Reader(backbone))
        return try trial.keep([chosen.context(context)])[0]
    }
}

extension DecodingSession.Request {
    /// Made-up tokens.
    fileprivate init(synthetic count: Int, maxNewTokens: Int, for model: LanguageModel) {
        self.init(
            context: 0,
            prompt: BenchTokens.ids(count, vocabulary: model.configuration.vocabularySize),
            maxNewTokens: maxNewTokens)
    }
}

extension DecodingSession {
    /// One request behind what was kept of a context, or behind nothing, which nothing but its length stops.
    fileprivate convenience init(
        of request: Request, behind kept: [KeptContext]? = nil, by model: LanguageModel
    ) {
        self.init(kept ?? [KeptContext(tokens: [], for: model)], [request], model: model, stop: [])
    }
}
