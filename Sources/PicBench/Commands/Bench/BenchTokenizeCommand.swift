import ArgumentParser
import Datasets
import Tokenizers

struct BenchTokenizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize", abstract: "Turns documents into tokens.")

    @Option(help: "A folder with tokenizer.json, or a name in Models/.")
    var model = ModelLocator.bundled

    @OptionGroup var options: BenchOptions

    @Option(help: "Documents that are made up for it.")
    var documents = 50

    func run() throws {
        try options.apply()
        guard documents > 0 else { throw UsageError("--documents must be at least 1") }
        let folder = try ModelLocator.find(model)
        let texts = try DatasetSource.open("gazette:documents=\(documents)").documents.map(\.text)
        var count = 0
        let seconds = try options.seconds {
            // A tokenizer of its own each time: none that has seen the texts.
            let tokenizer = try Tokenizer(folder: folder)
            count = texts.reduce(0) { $0 + tokenizer.encode($1).count }
        }
        try options.show(
            BenchMeasurement(
                "tokenize", of: "\(documents) documents by \(model)", count: Double(count), units: "tokens",
                seconds: seconds))
    }
}
