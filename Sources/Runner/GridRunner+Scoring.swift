import Bench
import Results
import Synchronization
import Tensors

/// A cell in work.
final class GridWork {
    let cell: PlannedCell
    let open: OpenCell
    let tools: Tools
    let pieces: [Piece]
    /// Pieces that are not done.
    var left: Int
    var hasFailed = false

    /// What one thread does of a cell at a time.
    enum Piece {
        case batch([Example])
        /// Where memory tokens look.
        case attention
    }

    init(_ cell: PlannedCell, _ open: OpenCell, _ tools: Tools, pieces: [Piece]) {
        self.cell = cell
        self.open = open
        self.tools = tools
        self.pieces = pieces
        left = pieces.count
    }
}

extension GridRunner {
    /// Whether each thread has a batch of its own, rather than all of them a share in one.
    ///
    /// A narrow model's products are too short to be shared out without loss. A wide one's are not, and
    /// what it computes of a batch is too large to be in memory once a thread.
    private var isSideBySide: Bool { backbone.model.configuration.hiddenSize <= 1024 }

    /// Enough of them that threads seldom wait for the last ones of a round.
    var piecesPerRound: Int { isSideBySide ? 8 * Threads.count : 1 }

    func pieces(of cell: PlannedCell, _ open: OpenCell) -> [GridWork.Piece] {
        let left = cell.examples.filter { !open.scored.contains($0.id) }
        let scorer = Scorer(backbone: backbone, task: cell.task.card, texts: texts)
        let looks =
            !open.hasAttention && cell.task == plan.cells.first?.task && cell.card.family == .softPrompt
        return (looks ? [.attention] : []) + scorer.batches(of: left).map(GridWork.Piece.batch)
    }

    /// Scores what is left of cells and finishes those that have all of it.
    ///
    /// scored: told of examples and their cell's label
    /// - Returns: how many cells failed
    func score(
        _ works: [GridWork], run: Int64, isCancelled: () -> Bool, scored: (Int, String) -> Void
    ) throws -> Int {
        for work in works where work.pieces.isEmpty { try store.finishCell(work.open.id) }
        let pieces = works.flatMap { work in work.pieces.map { (work, $0) } }
        // One thread at a time changes the cells' states, `failed` and `failure`.
        let turn = Mutex(())
        var failed = 0
        var failure: (any Error)?
        func settle(_ work: GridWork, _ result: Result<Int, any Error>) throws {
            switch result {
            case .success(let count):
                work.left -= 1
                if work.left == 0 { try store.finishCell(work.open.id) }
                scored(count, work.cell.label)
            case .failure(let error as ResultsError): throw error
            case .failure(let error):
                if work.hasFailed { return }
                work.hasFailed = true
                failed += 1
                try store.failCell(work.open.id, reason: "\(error)")
            }
        }
        func handle(_ i: Int) {
            let (work, piece) = pieces[i]
            if isCancelled() || turn.withLock({ _ in failure != nil || work.hasFailed }) { return }
            let result = Result { try score(piece, of: work, run: run) }
            turn.withLock { _ in
                do { try settle(work, result) } catch { failure = failure ?? error }
            }
        }
        if isSideBySide {
            Threads.concurrently(pieces.count, handle)
        } else {
            for i in pieces.indices { handle(i) }
        }
        if let failure { throw failure }
        return failed
    }

    /// - Returns: how many examples were scored and stored
    private func score(_ piece: GridWork.Piece, of work: GridWork, run: Int64) throws -> Int {
        let (cell, open, tools) = (work.cell, work.open, work.tools)
        guard case .batch(let batch) = piece else {
            if let attention = try memoryAttention(of: cell, tools) {
                try store.append(attention: attention, to: open.id)
            }
            return 0
        }
        let scorer = Scorer(backbone: backbone, task: cell.task.card, texts: texts)
        let outcomes = try scorer.score(
            batch, ratio: cell.ratio, seed: cell.seed, budgetApplies: cell.card.role != .upper,
            method: cell.card.id
        ) { try cell.method.compress($0, with: tools) }
        try store.append(samples: outcomes.map(SampleRecord.init), to: open.id, run: run)
        return batch.count
    }
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
