import ArgumentParser
import Budgets
import Contract
import Foundation
import LanguageModels
import Leaderboards
import Results
import SoftPrompts

struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Shows what there is: methods, tasks, data formats, models, runs, cells.",
        subcommands: [
            ListMethodsCommand.self, ListTasksCommand.self, ListDatasetsCommand.self, ListModelsCommand.self,
            ListRunsCommand.self, ListCellsCommand.self,
        ])
}

struct ListOptions: ParsableArguments {
    @Flag(help: "Prints JSON.")
    var json = false

    /// Prints items as a table or as JSON.
    func show<Item: Encodable>(_ items: [Item], _ titles: [String], row: (Item) -> [String]) throws {
        if json { return try Output.json(items) }
        let table = TextTable(
            titles, rows: items.map(row))
        try Output.text(
            table.plain { line, row in Output.color && row == nil ? "\u{1b}[2m\(line)\u{1b}[0m" : line })
    }
}

struct ListTasksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tasks", abstract: "The tasks with their metrics.")

    @OptionGroup var options: ListOptions

    private struct Item: Encodable {
        let id, name: String
        let metrics: [String]
        let summary: String
    }

    func run() throws {
        let items = Catalogue.current.tasks.map { $0.card }.sorted { $0.id < $1.id }.map {
            Item(id: $0.id, name: $0.name, metrics: $0.metrics.map(\.id), summary: $0.summary)
        }
        try options.show(items, ["task", "what it asks", "metrics"]) {
            [$0.id, $0.summary, $0.metrics.joined(separator: " ")]
        }
    }
}

struct ListDatasetsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "datasets", abstract: "The data formats and how to name one.")

    @Flag(help: "Prints what each reads and what becomes what, as Markdown: the formats of Docs/datasets.md.")
    var markdown = false

    @OptionGroup var options: ListOptions

    private struct Item: Encodable {
        let id, name, usage, summary: String
        let source, shape, reading: String?
    }

    func run() throws {
        let cards = Catalogue.current.datasets.map { $0.card }.sorted { $0.id < $1.id }
        if markdown { return try Output.text(cards.map(\.markdown).joined(separator: "\n")) }
        let items = cards.map {
            Item(
                id: $0.id, name: $0.name, usage: $0.usage, summary: $0.summary, source: $0.source,
                shape: $0.shape,
                reading: $0.reading)
        }
        try options.show(items, ["format", "--dataset", "what it is"]) { [$0.id, $0.usage, $0.summary] }
    }
}

extension DatasetCard {
    /// A section about the format.
    fileprivate var markdown: String {
        let parts = [
            ("Published", source.map { "<\($0)>" }), ("File", shape), ("Read as", reading),
        ]
        return "### \(name)\n\n`--dataset \(usage)`: \(summary)\n\n"
            + parts.compactMap { title, text in text.map { "- \(title): \($0)\n" } }.joined()
    }
}

struct ListModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "The models in Models/ with their trained compressors.")

    @OptionGroup var options: ListOptions

    private struct Item: Encodable {
        let name, path: String
        let parameters: Int
        let compressors: [String]
    }

    func run() throws {
        let items = try ModelLocator.all.map { url in
            let backbone = try Backbone(Checkpoint(url))
            let distinct = Dictionary(
                backbone.model.tensors.values.map { (ObjectIdentifier($0), $0.count) },
                uniquingKeysWith: { a, _ in a })
            return Item(
                name: backbone.name, path: url.path, parameters: distinct.values.reduce(0, +),
                compressors: try CompressorFolder.all(of: backbone).map { folder in
                    let ratios = folder.card.ratios.compactMap(Ratio.init).map(\.description)
                    return "\(folder.card.name) (\(ratios.joined(separator: ",")))"
                })
        }
        try options.show(items, ["model", "parameters", "compressors", "folder"]) {
            [$0.name, "\($0.parameters)", $0.compressors.joined(separator: " "), $0.path]
        }
    }
}

struct ListRunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs", abstract: "The runs and training runs in a results file.")

    @OptionGroup var store: StoreOptions
    @OptionGroup var options: ListOptions

    private struct Item: Encodable {
        let kind: String
        let id: Int64
        let startedAt: Date
        let finishedAt: Date?
        let host: String
        let threads: Int
        let what: String
    }

    func run() throws {
        let results = try store.openForReading()
        let runs = try results.runs().map {
            Item(
                kind: "run", id: $0.id ?? 0, startedAt: $0.startedAt, finishedAt: $0.finishedAt,
                host: $0.host,
                threads: $0.threads, what: $0.command)
        }
        let trainings = try results.trainings().map {
            Item(
                kind: "train", id: $0.id ?? 0, startedAt: $0.startedAt, finishedAt: $0.finishedAt,
                host: $0.host,
                threads: $0.threads, what: "\($0.kind) \($0.name)")
        }
        try options.show(
            (runs + trainings).sorted { $0.startedAt < $1.startedAt },
            ["", "id", "started", "took", "host", "threads", "what"]
        ) {
            [
                $0.kind, "\($0.id)", $0.startedAt.formatted(.iso8601),
                $0.finishedAt.map { [start = $0.startedAt] in
                    ProgressReporter.clock($0.timeIntervalSince(start))
                }
                    ?? "unfinished", $0.host, "\($0.threads)", $0.what,
            ]
        }
    }
}
