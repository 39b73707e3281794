import ArgumentParser
import Budgets
import Contract
import External
import Foundation
import Leaderboards
import Results

struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Compares two methods on the same examples, with significance.",
        discussion: """
            The paired difference with its 95% bootstrap interval over documents, and a
            permutation test whose p-value is Holm-corrected over the rows shown. Where both
            compressors' training is in the results file, also how fast they learned.

                picbench compare pic icae
                picbench compare pic:visibility=chunk+memory pic --ratio 64 --task qa
                picbench compare pic@pic-s2 icae@icae-s2    of several trainings, these
            """)

    @Argument(help: "A method, with parameters behind colons where they differ from the defaults.")
    var first: String

    @Argument(help: "The method to compare with.")
    var second: String

    @Option(help: "Only this ratio.")
    var ratio: String?

    @Option(help: "Only this task.")
    var task: String?

    @Flag(help: "Prints JSON.")
    var json = false

    @OptionGroup var store: StoreOptions

    func run() throws {
        let catalogue = Catalogue.current
        func named(_ text: String) throws -> Comparison.Method {
            // In a command it may stand for itself.
            let parts =
                ExternalCommand.isWritten(text)
                ? [text] : text.split(separator: "@", maxSplits: 1).map(String.init)
            let method = try catalogue.method(describedBy: parts.first ?? "")
            return Comparison.Method(
                id: method.card.id, parameters: method.parametersJSON,
                which: parts.count == 2 ? parts[1] : nil)
        }
        let (a, b) = (try named(first), try named(second))
        let budget = try ratio.flatMap { try Ratio.list($0).first }.map(Budget.ratio)
        if let task { _ = try catalogue.task(task) }
        let results = try store.openForReading()
        let snapshot = try results.snapshot()
        let comparison = try Comparison(
            snapshot, a, b, budget: budget, task: task, points: results.points)
        guard !comparison.rows.isEmpty else {
            try snapshot.requireSound(of: store.db.path)
            throw UsageError(
                "\(store.db) has no finished cells that \(first) and \(second) share; "
                    + "run both with 'picbench run --methods \(first),\(second)'")
        }
        if json {
            try Output.json(comparison)
        } else {
            try Output.text(TerminalComparison.render(comparison))
        }
        try snapshot.requireSound(of: store.db.path)
    }
}
