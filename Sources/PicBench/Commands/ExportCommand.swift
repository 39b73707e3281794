import ArgumentParser
import Files
import Foundation
import Leaderboards
import Results
import Site

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes the leaderboard of a results file.",
        subcommands: [
            ExportHTMLCommand.self, ExportMarkdownCommand.self, ExportCSVCommand.self, ExportJSONCommand.self,
            ExportLaTeXCommand.self, ExportLMEvaluationCommand.self,
        ])
}

struct ExportOptions: ParsableArguments {
    @OptionGroup var store: StoreOptions

    @Option(name: .shortAndLong, help: "The file to write; by default standard output.")
    var output: PathArgument?

    func open() throws -> ResultStore {
        if let output {
            try FileIdentity.requireApart([output.url], from: store.files)
            // Nobody wants a table in place of another grid's results.
            if ResultStore.mayBeStore(output.url) { throw FileError.notOurs(path: output.path) }
        }
        return try store.openForReading()
    }

    /// Runs `body` with a function that writes text to the output, whose folder is made.
    func write(_ body: ((String) throws -> Void) throws -> Void) throws {
        guard let output else { return try body(Output.text) }
        try Folder.make(output.url.deletingLastPathComponent())
        try OutputFile.write(to: output.url, body)
    }
}

struct ExportMarkdownCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "markdown", abstract: "The leaderboard as one Markdown file.",
        discussion: "    picbench export markdown --db results.sqlite -o leaderboard.md")

    @OptionGroup var options: ExportOptions

    func run() throws {
        let snapshot = try options.open().snapshot()
        let board = Leaderboard(snapshot)
        try options.write { try $0(MarkdownLeaderboard.render(board)) }
        try snapshot.requireSound(of: options.store.db.path)
    }
}

struct ExportCSVCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "csv",
        abstract: "Comma-separated values: one line a cell, or one a sample.",
        discussion: "    picbench export csv --rows samples -o samples.csv")

    enum Rows: String, ExpressibleByArgument, CaseIterable {
        case cells, samples
    }

    @Option(help: "What a line is: cells or samples.")
    var rows = Rows.cells

    @Flag(help: "Puts an apostrophe before texts that a spreadsheet would take for formulas (=, +, -, @).")
    var forSpreadsheets = false

    @OptionGroup var options: ExportOptions

    func run() throws {
        let store = try options.open()
        let snapshot = try store.snapshot(checking: rows == .samples ? [.pages, .texts] : .pages)
        try options.write { write in
            switch rows {
            case .cells:
                try write(CSVLeaderboard.render(Leaderboard(snapshot), forSpreadsheets: forSpreadsheets))
            case .samples:
                let cells = snapshot.cells
                let metrics = CSVLeaderboard.metrics(of: cells)
                try write(CSVLeaderboard.sampleHeader(cells))
                for cell in cells {
                    try store.forEachSample(of: cell.id) {
                        try write(
                            CSVLeaderboard.line(
                                $0, of: cell, metrics: metrics, forSpreadsheets: forSpreadsheets))
                    }
                }
            }
        }
        try snapshot.requireSound(of: options.store.db.path)
    }
}

struct ExportJSONCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "json",
        abstract: "The leaderboard as JSON; Docs/leaderboard-json.md describes its fields.",
        discussion: "    picbench export json --db results.sqlite -o leaderboard.json")

    @OptionGroup var options: ExportOptions

    func run() throws {
        let snapshot = try options.open().snapshot()
        let board = Leaderboard(snapshot)
        try options.write { try $0(JSONLeaderboard.render(board)) }
        try snapshot.requireSound(of: options.store.db.path)
    }
}

struct ExportLaTeXCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latex", abstract: "The scores as LaTeX tables (booktabs).",
        discussion: "    picbench export latex --db results.sqlite -o tables.tex")

    @OptionGroup var options: ExportOptions

    func run() throws {
        let snapshot = try options.open().snapshot()
        let board = Leaderboard(snapshot)
        try options.write { try $0(LaTeXLeaderboard.render(board)) }
        try snapshot.requireSound(of: options.store.db.path)
    }
}

struct ExportHTMLCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "html", abstract: "The leaderboard as a static web site.",
        discussion: """
                picbench export html --db results.sqlite -o site/
                picbench export html --samples 10 -o site/
                picbench export html --beside 'SmolLM2: a real model on SQuAD=smollm2/' -o site/

            The folder works from the file system and from any static host; index.html is its
            front page. Files of an earlier export that are no longer needed are removed.
            """)

    @OptionGroup var store: StoreOptions

    @Option(name: .shortAndLong, help: "The site's folder.")
    var output: PathArgument

    @Option(help: "The most samples of a cell to show, worst first; by default all.")
    var samples: Int?

    @Option(
        help: ArgumentHelp(
            "Another board to lead to from the front page, once for each: its name, what it shows behind a colon, and its folder from this site's.",
            valueName: "name=path"))
    var beside: [String] = []

    func run() throws {
        try UsageError.require("--samples", samples, 0...1_000_000_000)
        let neighbours = try beside.map(Self.neighbour)
        let results = try store.openForReading()
        let notes = Catalogue.current.methods.map {
            ($0.card.id, Site.MethodNote(summary: $0.card.summary, paper: $0.card.paper))
        }
        let site = try Site(
            results, notes: Dictionary(notes) { first, _ in first }, mostSamples: samples, beside: neighbours)
        let count = try site.write(to: output.url)
        StandardError.write("\(count) files in \(output)\n")
        try site.requireSound()
    }

    private static func neighbour(_ text: String) throws -> Site.Neighbour {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init)
        guard parts.count == 2, let neighbour = Site.Neighbour(parts[0], path: parts[1]) else {
            throw UsageError(
                "--beside '\(text)' is no NAME=PATH with a path relative to this site's folder, such as 'SmolLM2=smollm2/'"
            )
        }
        return neighbour
    }
}
