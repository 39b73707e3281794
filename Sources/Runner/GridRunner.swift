import Bench
import Foundation
import Results

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
    private var backbone: Backbone { plan.backbone }

    public init(_ plan: GridPlan, store: ResultStore) {
        self.plan = plan
        self.store = store
        texts = EncodedTexts(plan.backbone)
    }

    /// How far the grid is.
    public struct Progress: Sendable {
        public let done: Int
        public let total: Int
        public let cell: String
    }

    /// What happened to the cells.
    public struct Summary: Sendable {
        /// Cells of the grid by their identifiers in the store.
        public var cells: [Int64] = []
        public var skipped = 0
        public var failed = 0
        public var wasCancelled = false
    }

    /// - Parameter run: who runs it, where and how
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
        let total = opened.reduce(0) { $0 + $1.0.examples.count - $1.1.scored.count }
        var done = 0
        var compressors: [String: Compressor] = [:]
        for (cell, open) in opened {
            do {
                var compressor: Compressor?
                if let stored = cell.compressor {
                    compressor = try compressors[stored.contentHash] ?? stored.open(on: backbone)
                    compressors[stored.contentHash] = compressor
                }
                let tools = Tools(model: backbone.model, compressor: compressor)
                try score(cell, open, tools, run: run, isCancelled: isCancelled) {
                    done += $0
                    report(Progress(done: done, total: total, cell: cell.label))
                }
                if isCancelled() {
                    summary.wasCancelled = true
                    break
                }
                if !open.hasLatency {
                    try store.append(
                        latencies: measureLatency(of: cell, tools), to: open.id, run: run)
                }
                if !open.hasAttention, cell.task == plan.cells.first?.task,
                    let attention = try memoryAttention(of: cell, tools)
                {
                    try store.append(attention: attention, to: open.id)
                }
                try store.finishCell(open.id)
            } catch let error as ResultsError {
                throw error
            } catch {
                try store.failCell(open.id, reason: "\(error)")
                summary.failed += 1
            }
        }
        try store.finishRun(run)
        return summary
    }

    private func score(
        _ cell: PlannedCell, _ open: OpenCell, _ tools: Tools, run: Int64, isCancelled: () -> Bool,
        scored: (Int) -> Void
    ) throws {
        let scorer = Scorer(backbone: backbone, task: cell.task.card, texts: texts)
        let left = cell.examples.filter { !open.scored.contains($0.id) }
        for batch in scorer.batches(of: left) {
            if isCancelled() { return }
            let outcomes = try scorer.score(
                batch, ratio: cell.ratio, seed: cell.seed, budgetApplies: cell.card.role != .upper,
                method: cell.card.id
            ) { try cell.method.compress($0, with: tools) }
            try store.append(samples: outcomes.map(SampleRecord.init), to: open.id, run: run)
            scored(batch.count)
        }
    }

    /// One prompt at a time, its context compressed anew, after one that is not counted.
    private func measureLatency(of cell: PlannedCell, _ tools: Tools) throws -> [LatencyRecord] {
        let scorer = Scorer(backbone: backbone, task: cell.task.card, texts: texts)
        var documents: Set<String> = []
        let examples = cell.examples.filter { documents.insert($0.documentID).inserted }.prefix(
            latencySamples)
        guard let first = examples.first else { return [] }
        var records: [LatencyRecord] = []
        for example in [first] + examples {
            let context = scorer.context(of: example, ratio: cell.ratio, seed: cell.seed)
            let clock = ContinuousClock()
            var compressed = CompressedContext.tokens([])
            let compressing = try clock.measure {
                compressed = try cell.method.compress(context, with: tools)
            }
            let kept = try scorer.inspect(
                compressed, of: context, budgetApplies: cell.card.role != .upper, method: cell.card.id)
            // The same number of tokens for everyone, stop tokens ignored.
            let request = DecodingSession.Request(
                context: 0, prompt: backbone.format.suffix(example.instruction),
                maxNewTokens: Self.decodedTokens + 1, readsBack: cell.task.card.readsBack)
            let begin = clock.now
            let session = DecodingSession(
                [compressed], [request], model: backbone.model, prefix: backbone.format.prefix, stop: [])
            let prefilled = clock.now
            let outputs = session.finish()
            let decoded = clock.now
            records.append(
                LatencyRecord(
                    exampleID: example.id, contextTokens: context.tokens.count, keptPositions: kept.positions,
                    keptBytes: kept.bytes, compressSeconds: compressing / .seconds(1),
                    prefillSeconds: begin.duration(to: prefilled) / .seconds(1),
                    decodeSecondsPerToken: prefilled.duration(to: decoded) / .seconds(Self.decodedTokens),
                    outputTokens: outputs[0].count))
        }
        return Array(records.dropFirst())
    }

    private static let decodedTokens = 16
}

extension SampleRecord {
    init(_ outcome: Scorer.Outcome) {
        let question =
            switch outcome.example.instruction {
            case .answer(let question): question
            case .summarize: "(summarize)"
            case .readBack: "(read back)"
            }
        self.init(
            exampleID: outcome.example.id, documentID: outcome.example.documentID, question: question,
            prediction: outcome.prediction, references: outcome.example.references, metrics: outcome.metrics,
            contextTokens: outcome.contextTokens, keptPositions: outcome.kept.positions,
            keptBytes: outcome.kept.bytes, outputTokens: outcome.outputTokens,
            context: outcome.example.context,
            keptText: outcome.kept.text)
    }
}
