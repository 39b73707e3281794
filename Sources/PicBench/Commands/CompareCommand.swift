import ArgumentParser
import Budgets
import Contract
import External
import Foundation
import Leaderboards
import Results

struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compares a method with others on the same examples, with significance.",
        discussion: """
            The first method is compared with each of the others: the paired difference with its 95%
            interval and a p-value, Holm-corrected over the rows shown. Documents are random; where a
            method has several trainings of one recipe, or several seeds, so are they. Where both
            compressors' training is in the results file, also how fast they learned.

                picbench compare pic icae
                picbench compare pic icae mean-pooling --metric f1 --latex
                picbench compare pic:visibility=chunk+memory pic --ratio 64 --task qa
                picbench compare pic@pic-s2 icae@icae-s2    of several trainings, these
                picbench compare pic@pic,pic-s2 icae        these together, as trainings of one recipe
            """)

    @Argument(
        help: ArgumentHelp(
            "Two methods or more, with parameters behind colons where they differ from the defaults.",
            valueName: "method"))
    var methods: [String]

    @Option(help: "Only this ratio.")
    var ratio: String?

    @Option(help: "Only this task.")
    var task: String?

    @Option(help: "Only datasets whose identifier begins so, as tables show it.")
    var dataset: String?

    @Option(help: "Only the model of this name, or whose hash begins so.")
    var model: String?

    @Option(help: "This metric in place of each task's headline.")
    var metric: String?

    @Flag(help: "Prints JSON.")
    var json = false

    @Flag(help: "Prints a LaTeX table.")
    var latex = false

    @OptionGroup var store: StoreOptions

    func run() throws {
        guard methods.count > 1 else { throw UsageError("compare needs two methods or more") }
        guard !(json && latex) else { throw UsageError("--json or --latex, not both") }
        let catalogue = Catalogue.current
        func named(_ text: String) throws -> Comparison.Method {
            // In a command it may stand for itself.
            let parts =
                ExternalCommand.isWritten(text)
                ? [text] : text.split(separator: "@", maxSplits: 1).map(String.init)
            let method = try catalogue.method(describedBy: parts.first ?? "")
            guard method.card.role == nil else {
                throw UsageError(
                    "\(text) is a reference and has no ratio to be compared at; tables say how far a method is on the way "
                        + "from no context to the full one")
            }
            return Comparison.Method(
                id: method.card.id, parameters: method.parametersJSON,
                which: parts.count == 2 ? parts[1].split(separator: ",").map(String.init) : [])
        }
        let compared = try methods.map(named)
        let budget = try ratio.flatMap { try Ratio.list($0).first }.map(Budget.ratio)
        if let task { _ = try catalogue.task(task) }
        let results = try store.openForReading()
        let snapshot = try results.snapshot()
        let comparison = try Comparison(
            snapshot, compared,
            .init(budget: budget, task: task, dataset: dataset, model: model, metric: metric),
            points: results.points)
        guard !comparison.rows.isEmpty else {
            try snapshot.requireSound(of: store.db.path)
            throw UsageError(
                "\(store.db) has no finished cells that \(methods[0]) shares with \(methods.dropFirst().joined(separator: " or ")); "
                    + "run them with 'picbench run --methods \(methods.joined(separator: ","))"
                    + (ratio.map { " --ratios \($0)" } ?? "") + (task.map { " --tasks \($0)" } ?? "") + "'")
        }
        if json {
            try Output.json(comparison)
        } else if latex {
            try Output.text(LaTeXComparison.render(comparison))
        } else {
            try Output.text(TerminalComparison.render(comparison))
        }
        try snapshot.requireSound(of: store.db.path)
    }
}
