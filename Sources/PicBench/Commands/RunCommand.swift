import ArgumentParser
import Budgets
import Contract
import Datasets
import Files
import Foundation
import Leaderboards
import Reading
import Results
import Runner
import SoftPrompts

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs methods at ratios on tasks and prints the leaderboard.",
        discussion: """
            Every example is stored when it is scored. The same command goes on after an
            interruption, and what is finished already is not run again. Several runs on one
            file share the work. The references, full context and no context, run beside
            whatever is asked for.

                picbench run --methods pic,icae --ratios 4,16,64
                picbench run --methods truncation,truncation:keep=tail --ratios 4 --tasks qa
                picbench run --methods pic --ratios 16 --dataset squad=dev-v1.1.json --limit 50

            Several training seeds of a method, each with cells of its own, and what they score with
            the memories of another document:

                picbench run --methods pic --compressors runs/seeds --controls

            A grid in parts on several machines, each with a file of its own, and all of it:

                picbench run --methods all --ratios 4,16 --part 1/2 --db part-1.sqlite
                picbench merge part-1.sqlite part-2.sqlite -o results.sqlite

            A model in another program, by OpenAI's interface:

                picbench run --model http://127.0.0.1:8080/v1 --tokenizer path/to/folder \\
                    --methods family:hard --ratios 4 --scorer gazette-1m

            'picbench list methods' shows the methods with their parameters.
            """)

    @Option(
        help: ArgumentHelp(
            "Methods with commas, each with parameters behind colons: pic,truncation:keep=tail; or all, family:kv, family:hard, family:soft: what was trained for the model, and what needs no training. Plus signs make a chain: bm25+pic. A method in another program: 'external:command=python3 my_method.py' or my-method.json.",
            valueName: "methods"))
    var methods: MethodList

    @Option(
        parsing: .unconditional,
        help: "Compression ratios with commas: context tokens ÷ positions kept; by default 4,16,64.")
    var ratios: String?

    @Option(
        help: "Budgets with commas, in decoder positions of the context, in place of ratios or beside them.")
    var budgets: String?

    @Option(help: "Tasks with commas; by default all that the dataset has examples for.")
    var tasks: NameList?

    @Option(help: "The most examples a task, drawn at random over the documents; 0 for all.")
    var limit = 200

    @Option(
        help:
            "The most documents a task, drawn at random; --limit is shared out among them. By default no limit."
    )
    var documents: Int?

    @Option(help: "The seed of that draw, and of the choice of worked examples.")
    var sampleSeed: UInt64 = 1

    @OptionGroup var asking: AskingOptions

    @Option(help: "Worked examples in the contexts of the task in-context.")
    var shotsInContext = 8

    @Option(
        help: ArgumentHelp(
            "Examples that do not fit into what the model reads: error, skip (left out where they do not fit) or truncate-middle.",
            valueName: "rule"))
    var overflow = Overflow.skip

    @Option(help: "The metric of the printed tables; by default each task's first.")
    var metric: String?

    @Option(help: "Seeds of methods' random choices, with commas.")
    var seeds = "1"

    @Option(
        help: "Folders of trained compressors with commas, in place of the model's; each that fits is scored."
    )
    var compressors: NameList?

    @Flag(help: "Uses compressors at ratios outside those of their training where none was trained for one.")
    var beyondTraining = false

    @Flag(help: "Scores trained methods with somebody else's memories as well, as a control.")
    var controls = false

    @Option(
        help: ArgumentHelp(
            "Documents whose latency is measured in each cell, one at a time, all methods in turn; 0 for none. Fewer than 30 say little of a median, fewer than 6 nothing of how sure it is."
        ))
    var latencySamples = 30

    @Option(help: "Documents over which the attention of memory tokens is averaged; 0 for none.")
    var attentionSamples = 16

    @Option(
        help: ArgumentHelp(
            "One of so many parts of the grid, about as much work as any other: 3/16, into a results file of its own. 'picbench merge' unites them.",
            valueName: "number/count"))
    var part: String?

    @Flag(help: "Runs cells again that are finished.")
    var force = false

    @Flag(help: "Prints the leaderboard as JSON.")
    var json = false

    @OptionGroup var data: DatasetOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var model: ModelOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var scorer: ScorerOptions
    @OptionGroup var machine: MachineOptions

    func run() throws {
        // While another run measures latency, this one does not begin.
        let quiet = QuietMachine()
        let part = try part.map { text in
            guard let part = GridPart(text) else {
                throw UsageError(
                    "'\(text)' is no part of a grid; give a number and how many there are, such as 3/16")
            }
            return part
        }
        if part != nil, force {
            throw UsageError(
                "--force does whole cells again, and a part has shares of them; remove its results file instead"
            )
        }
        let plan = try quiet.compute {
            let whole = try makePlan()
            return try part.map { try whole.part($0, latencySamples: latencySamples) } ?? whole
        }
        let reporter = ProgressReporter()
        for remark in plan.remarks { reporter.note(remark) }

        let results = try store.openForWriting()
        try warnOfOthers(in: results, reporter)
        let pages = results.checkPages()
        // A batch may take minutes. What it scores is stored as a whole at its end, as after a kill.
        let interruption = Interruption(
            deadline: .init(after: .seconds(1.5)) { reporter.note(Self.stopped) },
            isRaised: { reporter.note("stopping") })
        var runner = GridRunner(plan, store: results)
        runner.force = force
        runner.latencySamples = latencySamples
        runner.attentionSamples = attentionSamples
        runner.quiet = quiet
        let summary = try runner.run(
            as: record, isCancelled: { interruption.isRaised || pages.damage != nil }
        ) {
            reporter.update(done: $0.done, of: $0.total, $0.cell)
        }
        reporter.clear()
        // Nothing more is written to a file that is damaged, and nothing shown of it here.
        if let damage = pages.wait() {
            throw ResultsError.doubtful(path: store.db.path, damage: damage, cells: [])
        }
        let snapshot = try results.snapshot(only: Set(summary.cells), checking: [])
        // What is stored is told of where it cannot be shown as well.
        let shown = Result { try quiet.compute { try show(snapshot) } }
        let stored = "\(summary.cells.count) cells in \(store.db)"
        let skipped = summary.skipped > 0 ? ", \(summary.skipped) of them finished before" : ""
        reporter.note(
            "\(stored)\(skipped); 'picbench export markdown --db \(store.db)' writes the leaderboard")
        if summary.wasCancelled {
            reporter.note(Self.stopped)
        }
        try shown.get()
        if summary.wasCancelled { throw ExitCode(130) }
        try snapshot.requireSound(of: store.db.path)
        if summary.failed > 0 { throw ExitCode.failure }
    }

    /// SQLite's locks do not always hold between machines.
    private func warnOfOthers(in results: ResultStore, _ reporter: ProgressReporter) throws {
        let own = ProcessIdentity.current.machine
        guard let system = NetworkFileSystem(of: store.db.path),
            try results.workers().contains(where: { $0.process.machine != own })
        else { return }
        reporter.note(
            "\(store.db) lies on \(system.rawValue), and another machine writes to it: give each task a file of its "
                + "own (--part 1/2 --db part-1.sqlite) and unite them with 'picbench merge'")
    }

    private static let stopped =
        "stopped; everything scored so far is kept and the same command goes on from here"

    private func show(_ snapshot: Snapshot) throws {
        let board = try Leaderboard(snapshot, headline: metric)
        try Output.text(
            json ? JSONLeaderboard.render(board) : TerminalLeaderboard.render(board, color: Output.color))
    }

    /// Everything that users ask for, refused where it cannot be.
    private func makePlan() throws -> GridPlan {
        let catalogue = Catalogue.current
        let asked = try catalogue.methods(describedBy: methods.values)
        let budgets = try Budget.list(ratios: ratios, positions: budgets, fallback: "4,16,64")
        let tasks = try tasks?.values.map(catalogue.task) ?? catalogue.tasks.filter { !$0.card.isOnRequest }
        if let metric, !tasks.contains(where: { $0.card.metrics.contains { $0.id == metric } }) {
            throw LeaderboardError.unknownMetric(
                metric, known: tasks.flatMap { $0.card.metrics.map(\.id) })
        }
        try UsageError.require("--limit", limit, 0...1_000_000_000)
        try UsageError.require("--documents", documents, 1...1_000_000_000)
        try UsageError.require("--attention-samples", attentionSamples, 0...1_000_000)
        try UsageError.require("--shots-in-context", shotsInContext, 1...100_000)
        try UsageError.require("--latency-samples", latencySamples, 0...1_000_000)
        let seeds = try seeds.split(separator: ",").map { part in
            guard let seed = UInt64(part) else {
                throw UsageError("'\(part)' is not a seed; a seed is a whole number")
            }
            return seed
        }
        guard !seeds.isEmpty else { throw UsageError("--seeds names no seed") }
        try machine.apply()

        let reader = try model.open(server: server)
        let references = catalogue.methods.filter { $0.card.role != nil }.map { $0.standard }
        var grid = Grid(
            methods: references + asked.filter { $0.card.role == nil }, budgets: budgets,
            tasks: tasks, data: try data.open(),
            sampling: Sampling(limit: limit == 0 ? nil : limit, documents: documents, seed: sampleSeed),
            seeds: seeds)
        grid.asking = try asking.asking(tasks: tasks.map { $0.card.id }, catalogue: catalogue)
        grid.asking.shotsInContext = shotsInContext
        grid.overflow = overflow
        grid.leavesOutUnscorable = self.tasks == nil
        grid.leavesOutUntrained = try methods.values.contains { try catalogue.group($0) != nil }
        grid.sourceHashes = catalogue.sourceHashes
        grid.hasControls = controls
        let resources = Resources(
            reader.decoder, scorer: try scorer.open(), compressors: try compressors.map(Self.folders),
            reachesBeyondTraining: beyondTraining, dataset: grid.data.id)
        return try grid.plan(for: reader, with: resources)
    }

    /// Folders of compressors, each of which must hold some.
    private static func folders(_ paths: NameList) throws -> [URL] {
        try paths.values.map { path in
            let folder = URL(fileURLWithPath: path)
            if try CompressorFolder.all(in: folder).isEmpty {
                throw UsageError(
                    "\(path) holds no compressors; name a folder such as Models/gazette-1m/compressors")
            }
            return folder
        }
    }

    private var record: RunRecord {
        RunRecord(
            startedAt: Date(), host: Machine.host, cpu: Machine.cpu, threads: Machine.threads, os: Machine.os,
            toolVersion: Version.current, gitRevision: Machine.gitRevision,
            command: (["picbench"] + CommandLine.arguments.dropFirst()).joined(separator: " "))
    }
}

extension Overflow: ExpressibleByArgument {}
