import Contract
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
    /// Documents whose latency is measured, after one that warms up.
    public var latencySamples = 5
    /// Documents over which the attention of memory tokens is averaged.
    public var attentionSamples = 16

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
    /// - Parameters:
    ///   - run: who runs it, where and how
    ///   - isCancelled: asked before each batch, on any thread
    ///   - report: told of each batch, on any thread but one at a time
    public func run(
        as run: RunRecord, isCancelled: @escaping @Sendable () -> Bool = { false },
        report: @escaping @Sendable (Progress) -> Void = { _ in }
    ) throws -> Summary {
        var summary = Summary()
        let run = try store.beginRun(run)
        try store.describe(metrics)
        var opened: [(PlannedCell, OpenCell)] = []
        for cell in plan.cells {
            let open = try store.openCell(cell.record, force: force)
            summary.cells.append(open.id)
            if open.isDone { summary.skipped += 1 } else { opened.append((cell, open)) }
        }
        let progress = Mutex(Progress(total: opened.reduce(0) { $0 + $1.0.items - $1.1.scored.count }))
        let tell = { @Sendable (done: Int, cell: String) in
            progress.withLock {
                $0.done += done
                $0.cell = cell
                report($0)
            }
        }
        var round: [GridWork] = []
        for (i, (cell, open)) in opened.enumerated() {
            if isCancelled() { break }
            do {
                try cell.trial.preparation.open()
                if !open.hasLatency {
                    tell(0, "\(cell.label), latency")
                    try store.append(latencies: measureLatency(of: cell), to: open.id, run: run)
                }
                round.append(GridWork(cell, open, pieces: pieces(of: cell, open)))
            } catch let error as ResultsError {
                throw error
            } catch {
                cell.trial.preparation.close()
                try store.failCell(open.id, reason: "\(error)")
                summary.failed += 1
            }
            if i == opened.count - 1 || round.reduce(0, { $0 + $1.pieces.count }) >= piecesPerRound {
                summary.failed += try score(round, run: run, isCancelled: isCancelled, scored: tell)
                round = []
            }
        }
        for work in round { work.cell.trial.preparation.close() }
        summary.wasCancelled = isCancelled()
        try store.finishRun(run)
        return summary
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
