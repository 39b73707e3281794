import ArgumentParser
import Contract
import Datasets
import External
import Files
import Foundation
import Methods
import Tasks

/// The command line, for this package's executable and for packages that bring methods of their own.
public enum PicBench {
    /// Runs the command that the process was started with, over the catalogue and `methods`.
    ///
    ///     import PicBench
    ///     PicBench.main(adding: [MyMethod.self])
    public static func main(
        adding methods: [any CompressionMethod.Type] = [], tasks: [any TaskAdapter.Type] = [],
        datasets: [any DatasetFormat.Type] = []
    ) {
        StandardStreams.prepare()
        requireProc()
        let catalogue = Catalogue(
            methods: allMethods + methods, tasks: allTasks + tasks, datasets: allDatasets + datasets,
            sourceHashes: sourceHashesOfMethods.merging(sourceHashesOfTasks) { first, _ in first }
                .merging(ExternalMethod.sourceHashes) { first, _ in first })
        Catalogue.$current.withValue(catalogue) {
            do {
                var command = try parse()
                try command.run()
            } catch {
                leave(with: error)
            }
        }
    }
}

/// Swift reads the command from `/proc`, as if there were none where that is missing, and Foundation ends the process.
private func requireProc() {
    guard CommandLine.arguments.isEmpty else { return }
    StandardError.write(
        "Error: there is no /proc here, which tells a program its own command; mount it: mount -t proc proc /proc\n"
    )
    exit(1)
}

/// Ends the process as an error says. Help and versions are output like any other.
private func leave(with error: any Error) -> Never {
    // As a shell shows what SIGPIPE ended, and as quietly.
    if error as? FileError == .outputClosed { exit(128 + SIGPIPE) }
    let code = RootCommand.exitCode(for: error)
    let text = RootCommand.fullMessage(for: error)
    if text.isEmpty { exit(code.rawValue) }
    guard code == .success else {
        StandardError.write(text + "\n")
        exit(code.rawValue)
    }
    do {
        try Output.text(text + "\n")
    } catch {
        leave(with: error)
    }
    exit(code.rawValue)
}

/// One line for a mistake on the command line; help and version as they are.
private func parse() throws -> any ParsableCommand {
    do {
        return try RootCommand.parseAsRoot()
    } catch {
        guard RootCommand.exitCode(for: error) == .validationFailure else { throw error }
        let names = CommandLine.arguments.dropFirst().prefix { !$0.hasPrefix("-") }
        var known: [String] = []
        var command: any ParsableCommand.Type = RootCommand.self
        for name in names {
            guard let next = command.configuration.subcommands.first(where: { $0._commandName == name })
            else { break }
            known.append(name)
            command = next
        }
        var message = RootCommand.message(for: error).replacing("\n", with: " ")
        if message.hasPrefix("Missing expected"), let wrong = unknownOption(of: command) { message = wrong }
        let help = (["picbench"] + known + ["--help"]).joined(separator: " ")
        let choices = command.configuration.subcommands.map { $0._commandName }
        let wrong = names.dropFirst(known.count).first
        let hint =
            choices.isEmpty || wrong == nil
            ? "" : "\(wrong?.suggestion(of: choices) ?? ""); known: \(choices.joined(separator: ", "))"
        throw UsageError("\(message)\(hint); see '\(help)'")
    }
}

/// What is wrong with the first option that a command does not have: the parser says first what is missing.
private func unknownOption(of command: any ParsableCommand.Type) -> String? {
    let known = command.helpMessage().matches(of: /--[a-z][a-z-]*/).map { String($0.0) }
    let written = CommandLine.arguments.filter { $0.hasPrefix("--") }.map { String($0.prefix { $0 != "=" }) }
    guard let wrong = written.first(where: { !known.contains($0) }) else { return nil }
    return "Unknown option '\(wrong)'\(wrong.suggestion(of: known))"
}

struct RootCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "picbench",
        abstract: "Compares context-compression methods: same model, budget, examples and clock.",
        discussion: """
            The whole job, with the model that ships in Models/:

                picbench run --methods pic,icae --ratios 4,16,64

            Every score is kept in an SQLite file; 'picbench export' makes leaderboards from it.
            """,
        version: Version.text,
        subcommands: [
            RunCommand.self, CompareCommand.self, ExportCommand.self, MergeCommand.self, ListCommand.self,
            ShowCommand.self,
            TrainCommand.self, ImportCommand.self, GenerateCommand.self,
            TokenizeCommand.self, ScoreCommand.self, BenchCommand.self,
        ])
}

/// What a command was asked for and cannot do, in one line.
struct UsageError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    /// Refuses a number outside of what an option takes; nil where it is not given.
    static func require(_ option: String, _ value: Int?, _ range: ClosedRange<Int>) throws {
        guard let value, !range.contains(value) else { return }
        throw UsageError("\(option) must be \(range.lowerBound) to \(range.upperBound), not \(value)")
    }
}
