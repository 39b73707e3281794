import Contract
import Foundation
import Reading
import Results
import Synchronization
import Tensors

/// Runs a grid into a store: scores what is missing, skips what is finished.
public struct GridRunner: Sendable {
    public let plan: GridPlan
    public let store: ResultStore
    /// Whether finished cells are done again.
    public var force = false
    /// Documents whose latency is measured, after one that warms up; as many as the data has where those are fewer.
    public var latencySamples = 30
    /// Documents over which the attention of memory tokens is averaged.
    public var attentionSamples = 16
    /// How often other runs on the file are told that this one lives.
    package var heartbeatInterval = Duration.seconds(5)
    /// Where runs of this machine agree on who measures.
    package var quiet = QuietMachine()

    public init(_ plan: GridPlan, store: ResultStore) {
        self.plan = plan
        self.store = store
    }

    /// How far the grid is.
    public struct Progress: Sendable {
        public var done = 0
        public let total: Int
        public var cell = ""
    }

    /// What happened to the cells.
    public struct Summary: Sendable {
        /// Cells of the grid by their identifiers in the store.
        public var cells: [Int64] = []
        public var skipped = 0
        public var failed = 0
        public var wasCancelled = false
    }

    /// Runs the cells in rounds: the latency of each is measured while nothing else runs, then their
    /// items are scored side by side.
    ///
    /// Other runs may work on the same file, with this grid or another one: each cell is claimed by one of them,
    /// and this one returns when all of its cells are settled, whoever did it.
    ///
    /// - Parameters:
    ///   - run: who runs it, where and how
    ///   - isCancelled: asked before each batch, on any thread
    ///   - report: told of each batch, on any thread but one at a time
    public func run(
        as run: RunRecord, isCancelled: @escaping @Sendable () -> Bool = { false },
        report: @escaping @Sendable (Progress) -> Void = { _ in }
    ) throws -> Summary {
        let run = try store.beginRun(run)
        do {
            let heartbeat = try Heartbeat(store, run: run, interval: heartbeatInterval)
            defer { heartbeat.stop() }
            let summary = try work(as: run, isCancelled: isCancelled, report: report)
            heartbeat.stop()
            try store.finishRun(run)
            return summary
        } catch {
            try? store.leave(run)
            throw error
        }
    }

    private func work(
        as run: Int64, isCancelled: @escaping @Sendable () -> Bool,
        report: @escaping @Sendable (Progress) -> Void
    ) throws -> Summary {
        var summary = Summary()
        var entered: Set<Int64> = []
        try store.describe(metrics)
        var wanted: [WantedCell] = []
        var left: [Int64: Int] = [:]
        for (cell, standing) in zip(plan.cells, try store.enter(plan.cells.map(\.record)))
        where entered.insert(standing.id).inserted {
            summary.cells.append(standing.id)
            if standing.state == .done, !force, !isToMeasure(cell, standing) {
                summary.skipped += 1
            } else {
                wanted.append(
                    WantedCell(id: standing.id, cell: cell, lastRun: force ? standing.lastRun : nil))
                left[standing.id] = max(0, cell.ownItems - (force ? 0 : standing.scored))
            }
        }
        let progress = Mutex(GridProgress(left))
        let tell = { @Sendable (change: (inout GridProgress) -> Void) in
            progress.withLock {
                change(&$0)
                report($0.shown)
            }
        }
        while !wanted.isEmpty, !isCancelled() {
            let (works, unmeasured) = try claimRound(
                of: &wanted, run: run, isCancelled: isCancelled,
                settled: { settled, hasFailed in
                    if hasFailed { summary.failed += 1 }
                    tell { $0.settle(settled.id, settled.cell.label) }
                })
            defer { for work in works { work.cell.trial.preparation.close() } }
            if works.isEmpty, !wanted.isEmpty {
                tell { $0.say("cells that other runs have: \(wanted.count)") }
                usleep(250_000)
            }
            for work in works {
                tell { $0.set(work.open.id, left: work.itemsLeft) }
            }
            try measureLatencies(
                of: works, then: unmeasured, run: run, isCancelled: isCancelled,
                tell: { text in tell { $0.say(text) } })
            if isCancelled() { break }
            try score(works.filter { $0.end == nil }, run: run, isCancelled: isCancelled) { count, work in
                tell { $0.scored(count, of: work.open.id, work.cell.label) }
            }
            for work in works {
                switch work.end {
                case .failed:
                    summary.failed += 1
                    tell { $0.settle(work.open.id, work.cell.label) }
                case .lost: wanted.append(work.wanted)
                case nil: break
                }
            }
        }
        summary.wasCancelled = isCancelled()
        return summary
    }

    /// Whether nobody has measured the latency of a cell, and this run is to.
    func isToMeasure(_ cell: PlannedCell, _ standing: CellStanding) -> Bool {
        latencySamples > 0 && cell.isMeasuredHere && !standing.hasLatency
    }

    private var metrics: [MetricRecord] {
        var seen: Set<String> = []
        return plan.cells.flatMap(\.task.metrics).filter { seen.insert($0.id).inserted }.map { metric in
            func end(_ value: Double) -> Double? { value.isFinite ? value : nil }
            return MetricRecord(
                id: metric.id, name: metric.name, direction: metric.direction.rawValue,
                low: end(metric.range.lowerBound), high: end(metric.range.upperBound))
        }
    }
}
