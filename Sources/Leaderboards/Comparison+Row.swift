import Budgets
import Results

extension Comparison {
    /// Two methods at one budget of a task, on the examples that both have.
    public struct Row: Codable, Sendable, Equatable {
        public var model: String
        public var dataset: String
        public var taskID: String
        public var metric: String
        /// Whether it is a share of 1, which tables show as a percentage.
        public var isShare: Bool
        public var isLowerBetter: Bool
        /// Requested; nil where a number of positions was.
        public var ratio: Double?
        public var positions: Int?
        public var examples: Int
        public var documents: Int
        /// Names of the methods.
        public var first: String
        public var second: String
        public var firstScore: Double
        public var secondScore: Double
        /// Draws of each method's own randomness that the scores are of: its trainings, or its seeds.
        public var firstSeeds: Int
        public var secondSeeds: Int
        /// firstScore − secondScore, with its 95% interval: where one has several seeds or trainings by a crossed analysis
        /// of variance over them and the documents, otherwise by paired bootstrap over documents.
        public var difference: Double
        public var low: Double
        public var high: Double
        /// (firstScore − secondScore) ÷ secondScore; nil where the second is 0.
        public var relative: Double?
        /// Two-sided: Satterthwaite's t where one has several seeds or trainings, otherwise by 10,000 random exchanges of
        /// the two methods' scores, a document at a time.
        public var pValue: Double
        /// Holm-corrected over the rows shown.
        public var correctedPValue: Double
    }
}

extension Comparison.Row {
    public var budget: Budget { Budget(ratio: ratio, positions: positions) }

    /// - Parameter details: nil where the store does not say what the metric is
    init?(
        _ first: [StoredCell], _ second: [StoredCell], names: (String, String), metric: String,
        _ details: MetricRecord?
    ) {
        guard let record = first.first?.record, !second.isEmpty else { return nil }
        let shared = ScoreTable(first + second, metric: metric).shared([first, second])
        guard shared.examples > 0 else { return nil }
        let (a, b) = (shared.clusters[0], shared.clusters[1])
        let scores = (shared.mean(0), shared.mean(1))
        let interval: ClosedRange<Double>
        let pValue: Double
        if max(a.count, b.count) > 1, let contrast = Contrast(a, against: b) {
            (interval, pValue) = (contrast.interval, contrast.pValue)
        } else {
            func mean(_ seeds: [[Statistics.Cluster]], _ document: Int) -> Double {
                seeds.reduce(0) { $0 + $1[document].sum } / Double(seeds.count)
            }
            let differences = a[0].indices.map {
                Statistics.Cluster(sum: mean(a, $0) - mean(b, $0), count: a[0][$0].count)
            }
            guard let found = Statistics.interval(of: differences) else { return nil }
            (interval, pValue) = (found, Statistics.permutationPValue(of: differences))
        }
        self.init(
            model: record.modelName, dataset: record.datasetID, taskID: record.taskID, metric: metric,
            isShare: details?.isShare ?? true, isLowerBetter: details?.direction == "lower",
            ratio: record.ratio, positions: record.positions,
            examples: shared.examples, documents: shared.documents, first: names.0, second: names.1,
            firstScore: scores.0, secondScore: scores.1, firstSeeds: a.count, secondSeeds: b.count,
            difference: scores.0 - scores.1, low: interval.lowerBound, high: interval.upperBound,
            relative: scores.1 > 0 ? (scores.0 - scores.1) / scores.1 : nil, pValue: pValue,
            correctedPValue: 1)
    }
}
