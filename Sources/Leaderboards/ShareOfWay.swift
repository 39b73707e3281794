import Results

extension Leaderboard {
    /// How far a score is on the way from a floor to the full context's: 0 at the floor, 1 at the full context, below 0
    /// where it is worse than the floor.
    public struct ShareOfWay: Codable, Sendable, Equatable {
        public var share: Double
        /// The 95% interval, over documents and trainings; nil where there is one document.
        public var low: Double?
        public var high: Double?
        /// `no-context`, or `another-document`: the same compressor, asked about somebody else's memories.
        public var floor: String
    }
}

extension Leaderboard.ShareOfWay {
    package var interval: ClosedRange<Double>? {
        guard let low, let high else { return nil }
        return low...high
    }

    /// - Parameters:
    ///   - own: the cells that are on the way
    ///   - floor: those of the control, or of no context
    ///   - table: of the headline metric
    /// - Returns: nil where they have not all been asked the same examples, or the way has no length
    init?(_ own: [StoredCell], full: [StoredCell], floor: [StoredCell], in table: ScoreTable) {
        let shared = table.shared([own, full, floor])
        // Of other examples a share would be a share of something else.
        guard let first = floor.first, !full.isEmpty,
            (own + full + floor).allSatisfy({ table.examples(of: $0) == shared.examples })
        else { return nil }
        let (score, top, bottom) = (shared.mean(0), shared.mean(1), shared.mean(2))
        let way = top - bottom
        let share = (score - bottom) / way
        guard abs(way) > 0.01, share.isFinite else { return nil }
        // What differs from the share of the way in the three means, to the first order.
        let rest = (1 - share) / way
        func trainings(_ cells: [StoredCell]) -> [String?] {
            ScoreTable.draws(cells).map { $0[0].record.adapterHash }
        }
        let terms: [(Double, [[Statistics.Cluster]])]
        if trainings(own) == trainings(floor), shared.clusters[0].count > 1 {
            // The control's compressors are the method's own: what they have in common is no chance of its own.
            let both = zip(shared.clusters[0], shared.clusters[2]).map { own, floor in
                zip(own, floor).map {
                    Statistics.Cluster(sum: $0.sum / way - rest * $1.sum, count: $0.count)
                }
            }
            terms = [(1, both), (-share / way, shared.clusters[1])]
        } else {
            terms = [
                (1 / way, shared.clusters[0]), (-share / way, shared.clusters[1]),
                (-rest, shared.clusters[2]),
            ]
        }
        let interval = Contrast(terms.map { (weight: $0.0, scores: $0.1) })?.interval
        self.init(
            share: share, low: interval.map { share + $0.lowerBound },
            high: interval.map { share + $0.upperBound },
            floor: first.record.control ?? first.record.methodID)
    }
}
