import Contract
import Dispatch
import Reading
import Results
import SoftPrompts
import Synchronization
import Tensors

/// A cell in work.
final class GridWork: Sendable {
    let wanted: WantedCell
    let open: OpenCell
    let pieces: [Piece]
    /// Changed by one thread at a time: whoever has the round's turn.
    private let state: Mutex<State>

    var cell: PlannedCell { wanted.cell }

    private struct State {
        /// Pieces that are not done.
        var left: Int
        var end: End?
    }

    /// How a cell ends that is not finished.
    enum End: Sendable {
        case failed
        /// Another run has it by now, or has had it meanwhile.
        case lost
    }

    /// What one thread does of a cell at a time.
    enum Piece: Sendable {
        case batch([DocumentItems])
        /// Where memory tokens look.
        case attention
    }

    init(_ wanted: WantedCell, _ open: OpenCell, pieces: [Piece]) {
        self.wanted = wanted
        self.open = open
        self.pieces = pieces
        state = Mutex(State(left: pieces.count))
    }

    /// Items that are not scored when the work begins.
    var itemsLeft: Int {
        pieces.reduce(0) { sum, piece in
            if case .batch(let batch) = piece { batch.reduce(sum) { $0 + $1.items.count } } else { sum }
        }
    }

    var end: End? { state.withLock { $0.end } }

    /// - Returns: whether it had not ended before
    func end(_ end: End) -> Bool {
        state.withLock { state in
            defer { state.end = state.end ?? end }
            return state.end == nil
        }
    }

    /// Notes that a piece is done.
    /// - Returns: whether all are
    func finishPiece() -> Bool {
        state.withLock {
            $0.left -= 1
            return $0.left == 0
        }
    }
}

extension GridRunner {
    /// Whether each thread has a batch of its own, rather than all of them a share in one.
    ///
    /// A narrow model's products are too short to be shared out without loss. A wide one's are not, and
    /// what it computes of a batch is too large to be in memory once a thread.
    private var isSideBySide: Bool {
        plan.reader.localBackbone.map { $0.model.configuration.hiddenSize <= 1024 } ?? true
    }

    /// Batches that are in work at once.
    private var concurrency: Int {
        plan.reader.server.map(\.requests) ?? (isSideBySide ? Threads.count : 1)
    }

    /// Enough of them that threads seldom wait for the last ones of a round.
    var piecesPerRound: Int { isSideBySide ? 8 * concurrency : 1 }

    func pieces(of cell: PlannedCell, _ open: OpenCell) throws -> [GridWork.Piece] {
        let looks =
            attentionSamples > 0 && !open.hasAttention && cell.isOwn(cell.documents[0].items[0])
            && cell.task.id == plan.firstTask
            && cell.trial.method is any SoftPromptMethod
        let batches = try Scoring(cell.trial, task: cell.task).batches(of: cell.documents) {
            cell.isOwn($0) && !open.scored.contains(ExactText($0.id))
        }
        return (looks ? [.attention] : []) + batches.map(GridWork.Piece.batch)
    }

    /// Scores what is left of cells and finishes those that have all of it.
    ///
    /// scored: told of how many items of a cell
    /// - Throws: what keeps anything from being stored
    func score(
        _ works: [GridWork], run: Int64, isCancelled: @escaping @Sendable () -> Bool,
        scored: @escaping @Sendable (Int, GridWork) -> Void
    ) throws {
        for work in works where work.pieces.isEmpty {
            try settle(work, run: run) { try finish(work, run: run) }
        }
        let pieces = works.flatMap { work in work.pieces.map { (work, $0) } }
        let failure = Mutex<(any Error)?>(nil)
        let handle = { @Sendable (i: Int) in
            let (work, piece) = pieces[i]
            if isCancelled() || failure.withLock({ $0 != nil }) || work.end != nil { return }
            let result: Result<Int, any Error>
            if plan.reader.server != nil {
                // Whoever waits for a server disturbs nobody.
                result = Result { try score(piece, of: work, run: run) }
            } else {
                let computed = quiet.compute(unless: isCancelled) {
                    Result { try score(piece, of: work, run: run) }
                }
                guard let computed else { return }
                result = computed
            }
            // One thread at a time.
            failure.withLock { failure in
                do {
                    try settle(work, run: run) {
                        let count = try result.get()
                        if work.finishPiece() { try finish(work, run: run) }
                        scored(count, work)
                    }
                } catch {
                    failure = failure ?? error
                }
            }
        }
        if plan.reader.server != nil {
            Self.waiting(on: pieces.count, threads: concurrency, handle)
        } else if isSideBySide {
            Threads.concurrently(pieces.count, handle)
        } else {
            for i in pieces.indices { handle(i) }
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    /// Calls `body` once for each of 0..<count on threads that wait most of the time: more of them than processors.
    private static func waiting(on count: Int, threads: Int, _ body: @escaping @Sendable (Int) -> Void) {
        let next = Mutex(0)
        let (queue, group) = (DispatchQueue(label: "requests", attributes: .concurrent), DispatchGroup())
        for _ in 0..<min(threads, count) {
            queue.async(group: group) {
                while true {
                    let place = next.withLock { next in
                        defer { next += 1 }
                        return next
                    }
                    guard place < count else { return }
                    body(place)
                }
            }
        }
        group.wait()
    }

    /// Gives back a cell of which all is scored that is to be scored here.
    private func finish(_ work: GridWork, run: Int64) throws {
        if work.cell.share == nil {
            try store.finishCell(work.open.id, run: run)
        } else {
            try store.finishShare(of: work.open.id, run: run)
        }
    }

    /// Does something for a cell, and notes in the store where the cell fails by it.
    /// - Throws: what keeps anything from being stored
    func settle(_ work: GridWork, run: Int64, _ body: () throws -> Void) throws {
        do {
            do {
                try body()
            } catch let error as ResultsError {
                throw error
            } catch let error as any RunEndingError {
                throw error
            } catch {
                if work.end(.failed) { try store.failCell(work.open.id, run: run, reason: "\(error)") }
            }
        } catch ResultsError.claimLost, ResultsError.alreadyScored {
            if work.end(.lost) { try store.release(work.open.id, from: run) }
        }
    }

    /// - Returns: how many items were scored and stored
    private func score(_ piece: GridWork.Piece, of work: GridWork, run: Int64) throws -> Int {
        switch piece {
        case .attention:
            if let attention = try memoryAttention(of: work.cell) {
                try store.append(attention: attention, to: work.open.id, run: run)
            }
            return 0
        case .batch(let batch):
            let scoring = Scoring(work.cell.trial, task: work.cell.task)
            if let server = plan.reader.server {
                // What a server answered is kept at once: the next answer may be long in coming.
                for unit in batch {
                    try scoring.score(unit, by: server, computing: { try quiet.compute($0) }) { outcome in
                        try store.append(
                            samples: [SampleRecord(outcome)], to: work.open.id, run: run)
                    }
                }
                return batch.reduce(0) { $0 + $1.items.count }
            }
            let outcomes = try scoring.score(batch)
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
