import Results

/// A method at a budget: what its samples, of all seeds and trainings, add up to.
struct EntryDraft {
    /// One a seed and a training.
    let cells: [StoredCell]
    /// The headline first.
    private let metrics: [String]
    /// Of each metric, in order of the documents' identifiers.
    let clusters: [[Statistics.Cluster]]
    /// Of each metric.
    var intervals: [ClosedRange<Double>?] = []
    /// Over all contexts, each counted once, however many questions it has.
    private var tokens = 0
    private var kept = 0
    private var bytes = 0

    var documents: Int { clusters[0].count }
    private var trainings: Set<String> { Set(cells.compactMap(\.record.adapterHash)) }

    /// - Parameter cells: at least one, with scores
    init(_ cells: [StoredCell]) {
        let record = cells[0].record
        self.cells = cells
        metrics = [record.primaryMetric] + record.metrics.filter { $0 != record.primaryMetric }
        let columns = metrics.map { record.metrics.firstIndex(of: $0) ?? 0 }
        var places: [String: Int] = [:]
        var last: [StoredCell.Score] = []
        var sums: [[Statistics.Cluster]] = metrics.map { _ in [] }
        for score in cells.lazy.flatMap(\.scores) {
            let place: Int
            if let known = places[score.documentID] {
                place = known
                last[place] = score
            } else {
                place = last.count
                places[score.documentID] = place
                last.append(score)
                for i in sums.indices { sums[i].append(.init(sum: 0, count: 0)) }
            }
            // A metric may not apply to an item.
            for (i, column) in columns.enumerated() where !score.values[column].isNaN {
                sums[i][place].sum += score.values[column]
                sums[i][place].count += 1
            }
        }
        let order = places.sorted { $0.key < $1.key }.map(\.value)
        clusters = sums.map { sums in order.map { sums[$0] } }
        for score in last {
            tokens += score.contextTokens
            kept += score.keptPositions
            bytes += score.keptBytes
        }
    }

    /// - Parameter section: where the references and controls are that it is on the way between
    func entry(_ details: [Leaderboard.MetricDetail], in section: SectionDraft) -> Leaderboard.Entry {
        let examples = cells.reduce(0) { $0 + $1.scores.count }
        let scores = zip(metrics, zip(clusters, intervals)).compactMap {
            metric, found -> Leaderboard.Score? in
            let count = found.0.reduce(0) { $0 + $1.count }
            guard count > 0 else { return nil }
            let mean = found.0.reduce(0) { $0 + $1.sum } / Double(count)
            let isShare = details.first { $0.id == metric }?.isShare ?? true
            let interval = seededInterval(metric, isShare) ?? found.1 ?? mean...mean
            return Leaderboard.Score(
                metric: metric, mean: mean, low: interval.lowerBound, high: interval.upperBound,
                isShare: isShare)
        }
        let record = cells[0].record
        let isLowerBetter = details.first { $0.id == record.primaryMetric }?.isLowerBetter ?? false
        return Leaderboard.Entry(
            ratio: record.ratio, positions: record.positions,
            achievedRatio: kept > 0 ? Double(tokens) / Double(kept) : nil,
            keptPositions: Double(kept) / Double(documents),
            keptBytes: record.interface == nil ? Double(bytes) / Double(documents) : nil,
            scores: scores,
            shareOfWay: record.role == nil
                ? Leaderboard.ShareOfWay(
                    cells, full: section.references("upper"), floor: section.floor(of: record),
                    in: section.scores) : nil,
            latency: Leaderboard.Latency(cells.flatMap(\.latencies)), examples: examples,
            isBest: false, trainings: record.isTrained ? trainings.count : 0,
            trainingsThatTookOff: tookOff(section, isLowerBetter),
            isBeyondTraining: cells.contains { $0.record.isBeyondTraining },
            isPartial: cells.contains { $0.scores.count < $0.record.exampleCount },
            seeds: cells.map(\.record.seed), cells: cells.map(\.id))
    }

    /// The interval of a mean of several seeds or trainings, which are random as the documents are; nil where there is one.
    private func seededInterval(_ metric: String, _ isShare: Bool) -> ClosedRange<Double>? {
        guard cells.count > 1 else { return nil }
        let shared = ScoreTable(cells, metric: metric).shared([cells])
        guard shared.clusters[0].count > 1, let found = Contrast([(1, shared.clusters[0])])?.interval else {
            return nil
        }
        // A t interval does not know where a share ends.
        return isShare ? found.clamped(to: 0...1) : found
    }

    /// How many trainings are above no context by more than chance, where some are and others are not.
    private func tookOff(_ section: SectionDraft, _ isLowerBetter: Bool) -> Int? {
        let lower = section.references("lower")
        guard trainings.count > 1, !lower.isEmpty else { return nil }
        let draws = ScoreTable.draws(cells)
        let above = draws.count { training in
            let shared = section.scores.shared([training, lower])
            guard let test = Contrast(shared.clusters[0], against: shared.clusters[1]) else { return true }
            return isLowerBetter ? test.interval.upperBound < 0 : test.interval.lowerBound > 0
        }
        return 0 < above && above < draws.count ? above : nil
    }
}
