import Budgets
import Foundation

/// What a leaderboard shows, worked out from a store's rows alone. Its JSON is `export json`.
public struct Leaderboard: Codable, Sendable, Equatable {
    public var sections: [Section]
    public var runs: [Run]
    public var trainings: [Training]

    /// One task on one dataset with one model.
    public struct Section: Codable, Sendable, Equatable {
        public var model: String
        public var modelHash: String
        public var dataset: String
        public var taskID: String
        public var task: String
        /// The headline metric; one of `metrics`.
        public var primaryMetric: String
        public var metrics: [String]
        /// What the metrics are, in their order.
        public var metricDetails: [MetricDetail]
        /// What tells it from another section of the same task, dataset and model; nil where none is.
        public var variant: String?
        /// How a model in another program was asked, such as `chat`: times include the network's. Nil for a model of the
        /// process itself.
        public var interface: String?
        public var examples: Int
        public var documents: Int
        /// Requested ratios, ascending.
        public var ratios: [Double]
        /// Requested numbers of positions, descending.
        public var positions: [Int]
        /// The full context first, the prompt alone last, compression methods between, best first.
        public var rows: [Row]
        public var failures: [Failure]
        /// Why its figures tell nothing apart; nil where they may.
        public var warning: String?
    }

    /// What a metric's values are.
    public struct MetricDetail: Codable, Sendable, Equatable {
        public var id: String
        public var name: String
        public var isLowerBetter: Bool
        /// Whether its values are shares of 1, which tables show as percentages.
        public var isShare: Bool
    }

    /// One method with its parameters.
    public struct Row: Codable, Sendable, Equatable {
        public var methodID: String
        public var method: String
        public var family: String
        public var role: String?
        public var isTrained: Bool
        public var isQueryAware: Bool
        public var parameters: String
        /// Trainings of its recipe that the store knows, whether they are shown or not; nil where it knows none.
        public var knownTrainings: Int?
        /// One a ratio, ascending.
        public var entries: [Entry]
    }

    /// A method at a ratio, over all seeds and trainings.
    public struct Entry: Codable, Sendable, Equatable {
        /// Requested; nil where a number of positions was.
        public var ratio: Double?
        /// Requested; nil where a ratio was.
        public var positions: Int?
        /// Context tokens ÷ kept positions, over all contexts; nil where nothing is kept.
        public var achievedRatio: Double?
        /// Of one context, on average.
        public var keptPositions: Double
        /// Keys and values of the kept positions, on average; nil where nobody knows, of a model in another program.
        public var keptBytes: Double?
        public var scores: [Score]
        /// How far it is on the way from what guessing scores to the full context, by the headline metric.
        public var shareOfWay: ShareOfWay?
        public var latency: Latency?
        public var examples: Int
        /// Whether it is ahead of every other method at its ratio by more than chance: paired tests that count documents
        /// and trainings as random, p < 0.05 by Holm's correction over the section's comparisons.
        public var isBest: Bool
        /// Trained compressors that its scores are of; 0 where nothing is trained.
        public var trainings: Int
        /// How many of its trainings are above no context by more than chance, where some are and others are not.
        public var trainingsThatTookOff: Int?
        /// Whether a compressor is used at another ratio than those of its training.
        public var isBeyondTraining: Bool
        /// Fewer than there should be: the cell is not finished.
        public var isPartial: Bool
        public var seeds: [Int64]
        /// Rows of the table `cell`.
        public var cells: [Int64]
    }

    /// A mean with its 95% interval: by bootstrap over documents, where there are several seeds or trainings by a crossed
    /// analysis of variance over both.
    public struct Score: Codable, Sendable, Equatable {
        public var metric: String
        public var mean: Double
        public var low: Double
        public var high: Double
        /// Whether it is a share of 1, which tables show as a percentage.
        public var isShare: Bool
    }

    /// Seconds, measured one prompt at a time, all methods in turn.
    public struct Latency: Codable, Sendable, Equatable {
        public var compress: Spread
        /// From the compressed context and the question to the first token.
        public var prefill: Spread
        public var decodePerToken: Spread
        public var samples: Int

        /// A median with its 95% interval; without where fewer than six samples cannot bound it.
        public struct Spread: Codable, Sendable, Equatable {
            public var median: Double
            public var low: Double?
            public var high: Double?
        }
    }

    public struct Failure: Codable, Sendable, Equatable {
        public var method: String
        public var ratio: Double?
        public var positions: Int?
        public var reason: String
    }

    public struct Run: Codable, Sendable, Equatable {
        public var id: Int64
        public var startedAt: String
        public var host: String
        public var cpu: String
        public var threads: Int
        public var os: String
        public var toolVersion: String
        public var gitRevision: String?
        public var command: String
    }

    /// How a compressor on the board was made.
    public struct Training: Codable, Sendable, Equatable {
        public var name: String
        public var methodID: String
        public var outputHash: String
        public var threads: Int
        public var finishedAt: String
    }
}

extension Budget {
    /// What tells it from another one in a page's attributes: `4.0`, `64 positions`.
    package var key: String { ratioValue.map { "\($0)" } ?? description }
}

extension Leaderboard.Section {
    /// What there are entries at.
    public var budgets: [Budget] {
        (ratios.map { Budget(ratio: $0, positions: nil) } + positions.map(Budget.positions)).sorted()
    }

    package func name(of metric: String) -> String {
        detail(of: metric)?.name ?? metric
    }

    package func detail(of metric: String) -> Leaderboard.MetricDetail? {
        metricDetails.first { $0.id == metric }
    }

    package var primary: Leaderboard.MetricDetail? { detail(of: primaryMetric) }

    /// `EM in %`, or the metric's name and which values are better.
    package var headline: String { headline(of: primaryMetric) }

    package func headline(of metric: String) -> String {
        let detail = detail(of: metric)
        return name(of: metric) + (detail?.isShare ?? true ? " in %" : "")
            + (detail?.isLowerBetter == true ? ", lower is better" : "")
    }
}

extension Leaderboard.Entry {
    public var budget: Budget { Budget(ratio: ratio, positions: positions) }

    /// Where it is drawn on an axis of ratios.
    package var placeByRatio: Double { ratio ?? achievedRatio ?? 1 }
}

extension Leaderboard.Failure {
    public var budget: Budget { Budget(ratio: ratio, positions: positions) }
}

extension Leaderboard.Score {
    /// What tables and pictures multiply it by.
    package var scale: Double { isShare ? 100 : 1 }
}
