import Contract
import Reading
import Results
import Synchronization
import Tensors

/// A cell in work.
final class GridWork: Sendable {
    let cell: PlannedCell
    let open: OpenCell
    let pieces: [Piece]
    /// Changed by one thread at a time: whoever has the round's turn.
    let state: Mutex<State>

    struct State {
        /// Pieces that are not done.
        var left: Int
        var hasFailed = false
    }

    /// What one thread does of a cell at a time.
    enum Piece: Sendable {
        case batch([DocumentItems])
        /// Where memory tokens look.
        case attention
    }

    init(_ cell: PlannedCell, _ open: OpenCell, pieces: [Piece]) {
        self.cell = cell
        self.open = open
        self.pieces = pieces
        state = Mutex(State(left: pieces.count))
    }

    var hasFailed: Bool { state.withLock { $0.hasFailed } }
}

extension GridRunner {
    /// Whether each thread has a batch of its own, rather than all of them a share in one.
    ///
    /// A narrow model's products are too short to be shared out without loss. A wide one's are not, and
    /// what it computes of a batch is too large to be in memory once a thread.
    private var isSideBySide: Bool { plan.reader.backbone.model.configuration.hiddenSize <= 1024 }

    /// Enough of them that threads seldom wait for the last ones of a round.
    var piecesPerRound: Int { isSideBySide ? 8 * Threads.count : 1 }

    func pieces(of cell: PlannedCell, _ open: OpenCell) -> [GridWork.Piece] {
        let left = cell.documents.compactMap { unit -> DocumentItems? in
            let items = unit.items.filter { !open.scored.contains($0.id) }
            return items.isEmpty ? nil : DocumentItems(unit.document, items)
        }
        let looks =
            attentionSamples > 0 && !open.hasAttention && cell.task.id == plan.cells.first?.task.id
            && cell.card.family == .softPrompt
        return (looks ? [.attention] : [])
            + Scoring(cell.trial, task: cell.task).batches(of: left).map(GridWork.Piece.batch)
    }

    /// What the threads of a round share.
    private struct Round {
        var failed = 0
        var failure: (any Error)?
    }

    /// Scores what is left of cells, finishes those that have all of it, and closes what they opened.
    ///
    /// scored: told of how many items of a cell, and its label
    /// - Returns: how many cells failed
    func score(
        _ works: [GridWork], run: Int64, isCancelled: @escaping @Sendable () -> Bool,
        scored: @escaping @Sendable (Int, String) -> Void
    ) throws -> Int {
        defer { for work in works { work.cell.trial.preparation.close() } }
        for work in works where work.pieces.isEmpty { try store.finishCell(work.open.id) }
        let pieces = works.flatMap { work in work.pieces.map { (work, $0) } }
        let round = Mutex(Round())
        // One thread at a time.
        @Sendable func settle(_ work: GridWork, _ result: Result<Int, any Error>, _ round: inout Round) throws
        {
            switch result {
            case .success(let count):
                let isDone = work.state.withLock {
                    $0.left -= 1
                    return $0.left == 0
                }
                if isDone { try store.finishCell(work.open.id) }
                scored(count, work.cell.label)
            case .failure(let error as ResultsError): throw error
            case .failure(let error):
                let isFirst = work.state.withLock { state in
                    defer { state.hasFailed = true }
                    return !state.hasFailed
                }
                guard isFirst else { return }
                round.failed += 1
                try store.failCell(work.open.id, reason: "\(error)")
            }
        }
        let handle = { @Sendable (i: Int) in
            let (work, piece) = pieces[i]
            if isCancelled() || round.withLock({ $0.failure != nil }) || work.hasFailed { return }
            let result = Result { try score(piece, of: work, run: run) }
            round.withLock { round in
                do { try settle(work, result, &round) } catch { round.failure = round.failure ?? error }
            }
        }
        if isSideBySide {
            Threads.concurrently(pieces.count, handle)
        } else {
            for i in pieces.indices { handle(i) }
        }
        return try round.withLock {
            if let failure = $0.failure { throw failure }
            return $0.failed
        }
    }

    /// - Returns: how many items were scored and stored
    private func score(_ piece: GridWork.Piece, of work: GridWork, run: Int64) throws -> Int {
        switch piece {
        case .attention:
            if let attention = try memoryAttention(of: work.cell) {
                try store.append(attention: attention, to: work.open.id)
            }
            return 0
        case .batch(let batch):
            let outcomes = try Scoring(work.cell.trial, task: work.cell.task).score(batch)
            try store.append(samples: outcomes.map(SampleRecord.init), to: work.open.id, run: run)
            return outcomes.count
        }
    }
}

extension SampleRecord {
    init(_ outcome: Scoring.Outcome) {
        self.init(
            exampleID: outcome.item.id, documentID: outcome.document.id, question: outcome.item.prompt.title,
            prediction: outcome.output, references: outcome.item.references, metrics: outcome.metrics,
            contextTokens: outcome.contextTokens, keptPositions: outcome.kept.positions,
            keptBytes: outcome.kept.bytes, outputTokens: outcome.outputTokens,
            context: outcome.document.text, keptText: outcome.kept.text,
            keptSpans: outcome.kept.stretches?.flatMap { [$0.lowerBound, $0.upperBound] },
            prompt: .init(before: outcome.layout.before, after: outcome.layout.after))
    }
}
