import Budgets
import Contract
import Datasets
import Foundation
import LanguageModels
import Methods
import Reading
import Results
import Runner
import Synchronization
import Tasks
import TestSupport
import Testing

/// Several runs on one file share the work of a grid.
struct SharedStoreTests {
    private let reader: Reader
    private let path = temporaryPath("shared", suffix: ".sqlite").path

    init() throws { reader = try Reader(Backbone(folder: bundledModel)) }

    private let dataset = Gazette(split: .test).dataset(subjects: [2], documents: 3, seed: 5)

    private func grid(_ budgets: [Int]) throws -> GridPlan {
        var grid = Grid(
            methods: [
                FullContext(parameters: .init()), Truncation(parameters: .init()),
                RandomTokens(parameters: .init()),
            ], budgets: budgets.map(Budget.positions), tasks: [QuestionAnswering.self],
            data: DocumentStream(id: dataset.id, documents: dataset.documents), sampling: Sampling(limit: 6),
            seeds: [1])
        grid.sourceHashes = [
            "FullContext": "f", "Truncation": "t", "RandomTokens": "r", "QuestionAnswering": "q",
        ]
        return try grid.plan(for: reader, with: Resources(reader.backbone))
    }

    private func runner(_ budgets: [Int]) throws -> GridRunner {
        var runner = GridRunner(try grid(budgets), store: try ResultStore(path: path))
        runner.latencySamples = 1
        runner.heartbeatInterval = .milliseconds(20)
        return runner
    }

    private let record = RunRecord(
        startedAt: Date(), host: "h", cpu: "c", threads: 1, os: "o", toolVersion: "v", gitRevision: nil,
        command: "run")

    /// Each of the cells once, with all of its samples and latencies.
    private func expectWhole(cells: Int) throws {
        let store = try ResultStore(path: path, readOnly: true)
        let snapshot = try store.snapshot(checking: [.pages, .texts])
        #expect(snapshot.doubts.isEmpty && snapshot.damage == nil && snapshot.cells.count == cells)
        #expect(snapshot.cells.allSatisfy { $0.state == .done && $0.scores.count == 6 })
        #expect(snapshot.cells.allSatisfy { $0.latencies.count == 1 })
        #expect(try store.workers().isEmpty)
    }

    @Test func `three runs, two of them of one grid, finish each cell once`() async throws {
        let summaries = try await withThrowingTaskGroup(of: GridRunner.Summary.self) { group in
            for budgets in [[4, 8, 16], [4, 8, 16], [8, 32]] {
                let (runner, record) = (try runner(budgets), record)
                group.addTask { try runner.run(as: record) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(summaries.allSatisfy { $0.failed == 0 && !$0.wasCancelled })
        #expect(summaries.map(\.cells.count).sorted() == [5, 7, 7])
        try expectWhole(cells: 1 + 2 * 4)
    }

    @Test func `cells of a silent run are waited for and taken over, and what it stores later is refused`()
        throws
    {
        // What is stored of a cell, from a run in a file of its own.
        let alone = try ResultStore(path: path + "-alone")
        var first = GridRunner(try grid([8]), store: alone)
        first.latencySamples = 1
        #expect(try first.run(as: record).failed == 0)
        let cell = try #require(try alone.cells().cells.last)
        var samples: [SampleRecord] = []
        try alone.forEachSample(of: cell.id) { samples.append($0) }

        let store = try ResultStore(path: path)
        let silent = try store.beginRun(
            record, by: ProcessIdentity(machine: "another machine", id: 1, start: 1))
        let claimed = try store.enter([cell.record])[0].id
        #expect(try store.claim(claimed, for: silent) != .held)
        try store.append(samples: [samples[0]], to: claimed, run: silent)
        let said = Mutex<[String]>([])
        var runner = try runner([8])
        // Long enough for the other cells to be finished meanwhile.
        runner.heartbeatInterval = .milliseconds(500)
        let summary = try runner.run(
            as: record,
            report: { progress in
                if !progress.cell.isEmpty { said.withLock { $0.append(progress.cell) } }
            })
        let texts = said.withLock { $0 }
        #expect(summary.failed == 0 && texts.contains { $0.contains("other runs") })
        // All that is free is measured first, at once, since whoever else computes has to wait.
        #expect(Set(texts.prefix { $0.contains(", latency, round 1") }).count == 2, "\(texts)")
        try expectWhole(cells: 3)
        #expect(try store.snapshot().cells[0].runs == [silent, silent + 1])
        #expect(throws: ResultsError.claimLost(cell: cell.record.label)) {
            try store.append(samples: [samples[1]], to: claimed, run: silent)
        }
    }

    /// How many compute now, how many measure, and how often both did.
    private final class Counts: Sendable {
        let now = Mutex((computing: 0, measuring: 0, faults: 0))

        func compute() {
            now.withLock {
                $0.computing += 1
                if $0.measuring > 0 { $0.faults += 1 }
            }
            usleep(1_000)
            now.withLock { $0.computing -= 1 }
        }

        func measure() {
            now.withLock {
                $0.measuring += 1
                if $0.computing > 0 || $0.measuring > 1 { $0.faults += 1 }
            }
            usleep(1_000)
            now.withLock { $0.measuring -= 1 }
        }
    }

    @Test func `nobody computes while somebody measures`() async throws {
        let folder = try TemporaryFolder().url
        let counts = Counts()
        // As many processes' worth of locks, the first with two threads that compute.
        let machines = (0..<4).map { _ in QuietMachine(folder: folder) }
        await withTaskGroup { group in
            for machine in [machines[0], machines[0], machines[1]] {
                group.addTask {
                    for _ in 0..<30 { machine.compute { counts.compute() } }
                }
            }
            for machine in machines[2...] {
                group.addTask {
                    for _ in 0..<10 { machine.measure(unless: { false }) { counts.measure() } }
                }
            }
        }
        #expect(counts.now.withLock { $0.faults } == 0)
        machines[0].compute {
            // Several compute at once.
            #expect(machines[1].compute { true } == true)
            // Who waits can be stopped.
            #expect(machines[1].measure(unless: { true }) { true } == nil)
        }
        #expect(machines[1].measure(unless: { false }) { true } == true)
        // Nobody waits for one that was stopped while it measured.
        let impatient = QuietMachine(folder: folder, patience: .milliseconds(20))
        machines[0].measure(unless: { false }) {
            #expect(impatient.compute { true } == true)
            #expect(impatient.measure(unless: { false }) { true } == true)
        }
    }
}
