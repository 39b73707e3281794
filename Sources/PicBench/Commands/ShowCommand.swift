import ArgumentParser
import Foundation
import Results

struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows what is stored: a sample with its exact prompt.",
        subcommands: [ShowSampleCommand.self])
}

struct ShowSampleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample", abstract: "One sample: its prompt, output, references and scores.",
        discussion: """
                picbench show sample --cell 12 --example 3-0
                picbench show sample --cell 12            lists its examples

            The prompt is the text that the decoder read, special tokens included. Where the method
            kept tokens or wrote a text, that stands in the context's place.
            """)

    @Option(help: "The cell's number; 'picbench list cells' shows them.")
    var cell: Int64

    @Option(help: "The example's identifier.")
    var example: String?

    @OptionGroup var store: StoreOptions
    @OptionGroup var options: ListOptions

    private struct Item: Encodable {
        let cell: Int64
        let sample: SampleRecord
        let prompt: String?
    }

    /// A line of the list.
    private struct Listed: Encodable {
        let example: String
        let score: Double?
        let question, output: String
    }

    func run() throws {
        let results = try store.openForReading()
        let (cells, doubts) = try results.cells()
        if let doubt = doubts.first(where: { $0.cell == cell }) {
            throw ResultsError.doubtful(path: store.db.path, damage: nil, cells: [doubt])
        }
        guard let record = cells.first(where: { $0.id == cell })?.record else {
            throw UsageError("\(store.db) has no cell \(cell); 'picbench list cells' shows them")
        }
        var found: SampleRecord?
        var listed: [Listed] = []
        try results.forEachSample(of: cell) { sample in
            if example == nil {
                listed.append(
                    Listed(
                        example: sample.exampleID, score: sample.metrics[record.primaryMetric],
                        question: sample.question, output: sample.prediction))
            }
            if sample.exampleID == example { found = sample }
        }
        guard let example else {
            return try options.show(listed, ["example", record.primaryMetric, "question", "output"]) {
                [
                    $0.example, $0.score.map { String(format: "%.4g", $0) } ?? "", Self.cut($0.question),
                    Self.cut($0.output),
                ]
            }
        }
        guard let sample = found else {
            throw UsageError(
                "cell \(cell) has no example '\(example)'; 'picbench show sample --cell \(cell)' lists them")
        }
        let prompt = sample.prompt.map { $0.before + Self.middle(of: sample, record) + $0.after }
        if options.json {
            try Output.json(Item(cell: cell, sample: sample, prompt: prompt))
        } else {
            try Output.text(Self.text(sample, prompt: prompt, of: record))
        }
        if let doubt = try results.doubt(of: cell) {
            throw ResultsError.doubtful(path: store.db.path, damage: nil, cells: [doubt])
        }
    }

    private static func text(_ sample: SampleRecord, prompt: String?, of record: CellRecord) -> String {
        var text =
            "\(record.methodName) at \(record.budget), \(record.taskName), example \(sample.exampleID)\n\n"
        text += "prompt: " + (prompt ?? "not stored: the sample is of an earlier version") + "\n"
        text += "output: \(sample.prediction)\n"
        text += sample.references.map { "reference: \($0)\n" }.joined()
        text += record.metrics.compactMap { id in sample.metrics[id].map { "\(id): \($0)\n" } }.joined()
        text += "context tokens: \(sample.contextTokens), kept positions: \(sample.keptPositions)\n"
        return text
    }

    /// What of a text fits beside others on a line.
    private static func cut(_ text: String) -> String {
        text.count > 48 ? text.prefix(47) + "…" : text
    }

    private static func middle(of sample: SampleRecord, _ record: CellRecord) -> String {
        sample.keptText ?? "{\(sample.keptPositions) \(record.family) positions}"
    }
}
