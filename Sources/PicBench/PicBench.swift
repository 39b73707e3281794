import ArgumentParser
import Bench
import Foundation
import Methods
import Tasks

/// The command line, for this package's executable and for packages that bring methods of their own.
public enum PicBench {
    /// Runs the command that the process was started with, over the catalogue and `methods`.
    ///
    ///     import PicBench
    ///     await PicBench.main(adding: [MyMethod.self])
    public static func main(
        adding methods: [any CompressionMethod.Type] = [], tasks: [any TaskAdapter.Type] = []
    ) async {
        let catalogue = Catalogue(methods: allMethods + methods, tasks: allTasks + tasks)
        await Catalogue.$current.withValue(catalogue) {
            do {
                var command = try RootCommand.parseAsRoot()
                if var asynchronous = command as? any AsyncParsableCommand {
                    try await asynchronous.run()
                } else {
                    try command.run()
                }
            } catch {
                RootCommand.exit(withError: error)
            }
        }
    }
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
        version: Version.current,
        subcommands: [
            RunCommand.self, ExportCommand.self, ListCommand.self, TrainCommand.self, GenerateCommand.self,
            TokenizeCommand.self, ScoreCommand.self,
        ])
}

/// What a command was asked for and cannot do, in one line.
struct UsageError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
