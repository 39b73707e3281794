import ArgumentParser
import Contract
import Datasets
import Files
import Foundation
import Tokenizers

struct BenchTokenizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize", abstract: "Turns documents into tokens.")

    @Option(help: "A folder with tokenizer.json, or a name in Models/.")
    var model = ModelLocator.bundled

    @OptionGroup var options: BenchOptions

    @Option(help: "Documents that are made up for it.")
    var documents = 50

    @Option(help: "A text file to read line by line in place of the documents; opening is not timed then.")
    var text: PathArgument?

    func run() throws {
        try options.apply()
        try UsageError.require("--documents", documents, 1...1_000_000)
        let url = try ModelLocator.find(model)
        if let text { return try measure(text, url) }
        let source = DatasetSource("gazette:documents=\(documents)")
        let texts = try Catalogue.current.dataset(source).dataset().documents.map(\.text)
        var count = 0
        let seconds = try options.seconds {
            // A tokenizer of its own each time: none that has seen the texts.
            let tokenizer = try Tokenizer(model: url)
            count = texts.reduce(0) { $0 + tokenizer.encode($1).count }
        }
        try options.show(
            BenchMeasurement(
                "tokenize", of: "\(documents) documents by \(model)", count: Double(count), units: "tokens",
                seconds: seconds))
    }

    private func measure(_ path: PathArgument, _ url: URL) throws {
        let text = try RegularFile.text(of: path.url)
        let lines = text.split(separator: "\n").map(String.init)
        let clock = ContinuousClock()
        let seconds = try (0...options.repeats).map { _ in
            let tokenizer = try Tokenizer(model: url)
            return clock.measure { for line in lines { _ = tokenizer.encode(line) } } / .seconds(1)
        }
        try options.show(
            BenchMeasurement(
                "tokenize", of: "\(path) by \(model)", count: Double(text.utf8.count) / 1e6, units: "MB",
                seconds: Array(seconds.dropFirst())))
    }
}
