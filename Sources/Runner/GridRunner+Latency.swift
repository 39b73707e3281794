import Contract
import Reading
import Results
import Tensors

extension GridRunner {
    /// Measures and stores the latency of cells that have none, while no other run computes on this machine.
    ///
    /// The methods of a task and a budget are measured in turn, a document at a time: what makes a machine faster or slower
    /// for a while does so for all of them. Nothing is stored of a group that was cancelled.
    ///
    /// - Parameter free: cells that are measured as well, whoever scores them: those of the round alone are not all methods,
    ///   and all other runs wait meanwhile, which they should not do once a round of each
    func measureLatencies(
        of works: [GridWork], then free: [WantedCell], run: Int64, isCancelled: () -> Bool,
        tell: (String) -> Void
    ) throws {
        let works = works.filter { !$0.open.hasLatency && $0.cell.isMeasuredHere && $0.end == nil }
        guard latencySamples > 0, !works.isEmpty else { return }
        for group in LatencyGroup.groups(works, free) where !isCancelled() {
            let borrowed = try borrow(group.free, run: run)
            defer { for work in borrowed { work.cell.trial.preparation.close() } }
            try measure(group.works + borrowed, run: run, isCancelled: isCancelled, tell: tell)
            for work in borrowed where work.end == nil {
                try settle(work, run: run) { try store.release(work.open.id, from: run) }
            }
        }
    }

    /// Claims and opens those that nobody has and nobody has measured.
    private func borrow(_ cells: [WantedCell], run: Int64) throws -> [GridWork] {
        let standings = try store.standings(of: cells.map(\.id))
        return try zip(cells, standings).compactMap { wanted, standing in
            guard standing.holder == nil, !standing.hasLatency,
                case .claimed(let open) = try store.claim(wanted.id, for: run, measuring: true)
            else { return nil }
            let work = GridWork(wanted, open, pieces: [])
            try settle(work, run: run) { try work.cell.trial.preparation.open() }
            return work
        }
    }

    /// All of the cells on one document after the other. Others may compute every while.
    private func measure(
        _ works: [GridWork], run: Int64, isCancelled: () -> Bool, tell: (String) -> Void
    ) throws {
        var records: [Int64: [LatencyRecord]] = [:]
        // The first document is measured twice; the first time warms up, and is not counted.
        let rounds = 1 + (works.map { min(latencySamples, $0.cell.documents.count) }.max() ?? 0)
        var next = 0
        while next < rounds {
            let isMeasured: Void? = try quiet.measure(unless: isCancelled) {
                let deadline = ContinuousClock.now + Self.quietTime
                while next < rounds, !isCancelled(), ContinuousClock.now < deadline {
                    for i in works.indices {
                        // Nobody is always behind the same other one.
                        let work = works[(i + next) % works.count]
                        let place = max(0, next - 1)
                        guard work.end == nil, place < min(latencySamples, work.cell.documents.count) else {
                            continue
                        }
                        tell("\(work.cell.label), latency, round \(next + 1) of \(rounds)")
                        try settle(work, run: run) {
                            let record = try latency(of: work.cell, work.cell.documents[place])
                            if next > 0, let record { records[work.open.id, default: []].append(record) }
                        }
                    }
                    next += 1
                }
            }
            guard isMeasured != nil, !isCancelled() else { return }
        }
        for work in works where work.end == nil {
            try settle(work, run: run) {
                try store.append(latencies: records[work.open.id] ?? [], to: work.open.id, run: run)
            }
        }
    }

    /// How long others wait at a time: less than they have patience for.
    private static var quietTime: Duration { .seconds(60) }

    /// One prompt, its context compressed anew; nil where a server ended its answer before there was a time between two
    /// tokens.
    private func latency(of cell: PlannedCell, _ unit: DocumentItems) throws -> LatencyRecord? {
        let (trial, item) = (cell.trial, unit.items[0])
        let clock = ContinuousClock()
        let context = try trial.context(unit.document, for: item.prompt)
        let begin = clock.now
        let made = try trial.preparation.compress([context], in: Computation())
        let compressed = clock.now
        let kept = try trial.checked(made, of: [context])
        if let server = trial.reader.server {
            return try latency(
                of: item, by: server, trial, context, kept[0], compress: begin.duration(to: compressed))
        }
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

    /// As whoever asks the server waits for it, the network's time included.
    private func latency(
        of item: Item, by server: any ServedModel, _ trial: Trial, _ context: Context, _ kept: KeptContext,
        compress: Duration
    ) throws -> LatencyRecord? {
        let prompt = try trial.request(
            item, around: kept.text(of: context), of: server.interface, atMost: Self.decodedTokens + 1)
        let answer = try server.answer(prompt)
        let tokens = answer.tokens ?? trial.reader.tokenizer.encode(answer.text).count
        guard tokens > 1 else { return nil }
        return LatencyRecord(
            exampleID: item.id, contextTokens: context.tokens.count, keptPositions: kept.measure.positions,
            keptBytes: kept.measure.bytes, compressSeconds: compress / .seconds(1),
            prefillSeconds: answer.secondsToFirst,
            decodeSecondsPerToken: (answer.seconds - answer.secondsToFirst) / Double(tokens - 1),
            outputTokens: tokens)
    }

    private static var decodedTokens: Int { 16 }
}

/// Cells that are measured in turn: of one task at one budget. References are with a task's first.
private struct LatencyGroup {
    var works: [GridWork] = []
    var free: [WantedCell] = []

    static func groups(_ works: [GridWork], _ free: [WantedCell]) -> [LatencyGroup] {
        let cells = works.map(\.cell) + free.map(\.cell)
        func key(_ cell: PlannedCell) -> String {
            let isReference = cell.card.role != nil
            let first = cells.first { $0.task.id == cell.task.id && $0.card.role == nil }
            return "\(cell.task.id) \((isReference ? first : cell)?.trial.budget ?? .whole)"
        }
        var groups: [String: LatencyGroup] = [:]
        for work in works { groups[key(work.cell), default: LatencyGroup()].works.append(work) }
        for wanted in free { groups[key(wanted.cell), default: LatencyGroup()].free.append(wanted) }
        var seen: Set<String> = []
        return cells.map(key).filter { seen.insert($0).inserted }.compactMap { groups[$0] }
    }
}
