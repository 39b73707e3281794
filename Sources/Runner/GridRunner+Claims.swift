import Contract
import Reading
import Results

/// A cell of the grid that is not settled.
struct WantedCell: Sendable {
    let id: Int64
    let cell: PlannedCell
    /// Where it is done again: the last run that had scored some of it when this one began.
    let lastRun: Int64?
}

extension GridRunner {
    /// Claims cells for a round and opens what they need; those that other runs settled are taken off the list.
    /// - Parameter settled: told of a cell that is settled, and whether it failed
    /// - Returns: the round's cells, and those that nobody has claimed and whose latency is not known
    func claimRound(
        of wanted: inout [WantedCell], run: Int64, isCancelled: () -> Bool,
        settled: (WantedCell, _ hasFailed: Bool) -> Void
    ) throws -> (works: [GridWork], unmeasured: [WantedCell]) {
        let standings = try store.standings(of: wanted.map(\.id))
        let free = standings.count { $0.holder == nil }
        let workers = try store.workers().count
        // Less and less the fewer cells there are, so that all end at about the same time.
        let most = workers > 1 ? max(1, free / (2 * workers)) : free
        var works: [GridWork] = []
        var left: [WantedCell] = []
        var unmeasured: [WantedCell] = []
        for (wanted, standing) in zip(wanted, standings) {
            let isUnmeasured = isToMeasure(wanted.cell, standing)
            let isSettled = standing.state == .failed || standing.state == .done && !isUnmeasured
            if wanted.lastRun == nil, isSettled {
                settled(wanted, standing.state == .failed)
                continue
            }
            let isFull =
                works.count == most || works.reduce(0) { $0 + max(1, $1.pieces.count) } >= piecesPerRound
            if isFull || standing.holder != nil || isCancelled() {
                left.append(wanted)
                if standing.holder == nil, wanted.lastRun == nil, isUnmeasured { unmeasured.append(wanted) }
                continue
            }
            switch try store.claim(wanted.id, for: run, again: wanted.lastRun, measuring: latencySamples > 0)
            {
            case .held: left.append(wanted)
            case .done: settled(wanted, false)
            case .failed: settled(wanted, true)
            case .claimed(let open):
                let work = GridWork(wanted, open, pieces: try pieces(of: wanted.cell, open))
                try settle(work, run: run) { try wanted.cell.trial.preparation.open() }
                works.append(work)
            }
        }
        wanted = left
        return (works, unmeasured)
    }
}
