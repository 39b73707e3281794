import Bench
import Foundation
import Results
import Tensors

/// Runs a grid into a store: scores what is missing, skips what is finished.
public struct GridRunner {
    public let plan: GridPlan
    public let store: ResultStore
    /// Whether finished cells are done again.
    public var force = false
    /// Documents whose latency is measured, after one that warms up.
    public var latencySamples = 5
    /// Documents over which the attention of memory tokens is averaged.
    public var attentionSamples = 8

    let texts: EncodedTexts
    var backbone: Backbone { plan.backbone }

    public init(_ plan: GridPlan, store: ResultStore) {
        self.plan = plan
        self.store = store
        texts = EncodedTexts(plan.backbone)
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
    /// examples are scored side by side.
    ///
    /// - Parameters:
    ///   - run: who runs it, where and how
    ///   - isCancelled: asked before each batch, on any thread
    ///   - report: told of each batch, on any thread but one at a time
    public func run(
        as run: RunRecord, isCancelled: () -> Bool = { false }, report: (Progress) -> Void = { _ in }
    ) throws -> Summary {
        var summary = Summary()
        let run = try store.beginRun(run)
        var opened: [(PlannedCell, OpenCell)] = []
        for cell in plan.cells {
            let open = try store.openCell(cell.record(on: backbone), force: force)
            summary.cells.append(open.id)
            if open.isDone { summary.skipped += 1 } else { opened.append((cell, open)) }
        }
        var progress = Progress(total: opened.reduce(0) { $0 + $1.0.examples.count - $1.1.scored.count })
        var compressors: [String: Compressor] = [:]
        var round: [GridWork] = []
        for (i, (cell, open)) in opened.enumerated() {
            if isCancelled() { break }
            do {
                var compressor: Compressor?
                if let stored = cell.compressor {
                    compressor = try compressors[stored.contentHash] ?? stored.open(on: backbone)
                    compressors[stored.contentHash] = compressor
                }
                let tools = Tools(model: backbone.model, compressor: compressor)
                if !open.hasLatency {
                    progress.cell = "\(cell.label), latency"
                    report(progress)
                    try store.append(latencies: measureLatency(of: cell, tools), to: open.id, run: run)
                }
                round.append(GridWork(cell, open, tools, pieces: pieces(of: cell, open)))
            } catch let error as ResultsError {
                throw error
            } catch {
                try store.failCell(open.id, reason: "\(error)")
                summary.failed += 1
            }
            if i == opened.count - 1 || round.reduce(0, { $0 + $1.pieces.count }) >= piecesPerRound {
                summary.failed += try score(round, run: run, isCancelled: isCancelled) {
                    progress.done += $0
                    progress.cell = $1
                    report(progress)
                }
                round = []
            }
        }
        summary.wasCancelled = isCancelled()
        try store.finishRun(run)
        return summary
    }
}
