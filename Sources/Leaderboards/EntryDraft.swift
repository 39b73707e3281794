import Results

/// A method at a budget: what its samples, of all seeds, add up to.
struct EntryDraft {
    /// One a seed.
    private let cells: [StoredCell]
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

    /// - Parameter recovered: the share recovered by a mean of the headline metric, over as many examples
    func entry(
        _ details: [Leaderboard.MetricDetail], recovered: (_ mean: Double, _ examples: Int) -> Double?
    ) -> Leaderboard.Entry {
        let examples = cells.reduce(0) { $0 + $1.scores.count }
        let scores = zip(metrics, zip(clusters, intervals)).compactMap {
            metric, found -> Leaderboard.Score? in
            let count = found.0.reduce(0) { $0 + $1.count }
            guard count > 0 else { return nil }
            let mean = found.0.reduce(0) { $0 + $1.sum } / Double(count)
            let interval = found.1 ?? mean...mean
            return Leaderboard.Score(
                metric: metric, mean: mean, low: interval.lowerBound, high: interval.upperBound,
                isShare: details.first { $0.id == metric }?.isShare ?? true)
        }
        let record = cells[0].record
        return Leaderboard.Entry(
            ratio: record.ratio, positions: record.positions,
            achievedRatio: kept > 0 ? Double(tokens) / Double(kept) : nil,
            keptPositions: Double(kept) / Double(documents), keptBytes: Double(bytes) / Double(documents),
            scores: scores,
            recoveredShare: record.role == nil
                ? scores.first.flatMap { recovered($0.mean, examples / cells.count) } : nil,
            latency: Leaderboard.Latency(cells.flatMap(\.latencies)), examples: examples,
            isBest: false, isPartial: cells.contains { $0.scores.count < $0.record.exampleCount },
            seeds: cells.map(\.record.seed), cells: cells.map(\.id))
    }
}
