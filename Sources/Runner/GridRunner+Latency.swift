import Contract
import Reading
import Results
import Tensors

extension GridRunner {
    /// Measures and stores the latency of cells that have none, while no other run computes on this machine.
    ///
    /// - Parameter free: cells that are measured as well, whoever scores them: all other runs wait meanwhile, and
    ///   have to wait for the end of a batch first, which they should not do once a round of each
    func measureLatencies(
        of works: [GridWork], then free: [WantedCell], run: Int64, isCancelled: () -> Bool,
        tell: (String) -> Void
    ) throws {
        let works = works.filter { !$0.open.hasLatency }
        guard let first = works.first else { return }
        tell("\(first.cell.label), latency")
        try quiet.measure(unless: isCancelled) {
            let deadline = ContinuousClock.now + Self.quietTime
            func measure(_ work: GridWork) throws {
                tell("\(work.cell.label), latency")
                try store.append(latencies: measureLatency(of: work.cell), to: work.open.id, run: run)
            }
            for work in works where work.end == nil && !isCancelled() {
                try settle(work, run: run) { try measure(work) }
            }
            // Other runs may have measured some while this one waited.
            let standings = try store.standings(of: free.map(\.id))
            for (wanted, standing) in zip(free, standings)
            where standing.holder == nil && !standing.hasLatency {
                guard !isCancelled(), ContinuousClock.now < deadline else { break }
                guard case .claimed(let open) = try store.claim(wanted.id, for: run) else { continue }
                let work = GridWork(wanted, open, pieces: [])
                defer { work.cell.trial.preparation.close() }
                try settle(work, run: run) {
                    try work.cell.trial.preparation.open()
                    try measure(work)
                    try store.release(open.id, from: run)
                }
            }
        }
    }

    /// How long cells are measured that are not the round's: less than others have patience for.
    private static var quietTime: Duration { .seconds(60) }

    /// One prompt at a time, its context compressed anew, after one that is not counted.
    private func measureLatency(of cell: PlannedCell) throws -> [LatencyRecord] {
        let trial = cell.trial
        let units = cell.documents.prefix(latencySamples)
        guard let first = units.first else { return [] }
        let clock = ContinuousClock()
        let records = try ([first] + units).map { unit in
            let item = unit.items[0]
            let context = try trial.context(unit.document, for: item.prompt)
            let begin = clock.now
            let made = try trial.preparation.compress([context], in: Computation())
            let compressed = clock.now
            let kept = try trial.checked(made, of: [context])
            // The same number of tokens for everyone, stop tokens ignored.
            let request = try trial.request(item, context: 0, exactly: Self.decodedTokens + 1)
            let asked = clock.now
            let session = try trial.session(kept, [request], stop: [])
            let prefilled = clock.now
            let outputs = session.finish()
            let decoded = clock.now
            return LatencyRecord(
                exampleID: item.id, contextTokens: context.tokens.count,
                keptPositions: kept[0].measure.positions, keptBytes: kept[0].measure.bytes,
                compressSeconds: begin.duration(to: compressed) / .seconds(1),
                prefillSeconds: asked.duration(to: prefilled) / .seconds(1),
                decodeSecondsPerToken: prefilled.duration(to: decoded) / .seconds(Self.decodedTokens),
                outputTokens: outputs[0].count)
        }
        return Array(records.dropFirst())
    }

    private static var decodedTokens: Int { 16 }
}
