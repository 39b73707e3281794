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
        public var examples: Int
        public var documents: Int
        /// Requested, ascending.
        public var ratios: [Double]
        /// The full context first, the prompt alone last, compression methods between, best first.
        public var rows: [Row]
        public var failures: [Failure]
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
        /// One a ratio, ascending.
        public var entries: [Entry]
    }

    /// A method at a ratio, over all seeds.
    public struct Entry: Codable, Sendable, Equatable {
        public var ratio: Double
        /// Context tokens ÷ kept positions, over all contexts; nil where nothing is kept.
        public var achievedRatio: Double?
        /// Of one context, on average.
        public var keptPositions: Double
        /// Keys and values of the kept positions, on average.
        public var keptBytes: Double
        public var scores: [Score]
        /// The share of the way from the prompt alone to the full context, by the headline metric.
        public var recoveredShare: Double?
        public var latency: Latency?
        public var examples: Int
        /// Whether it is ahead of every other method at its ratio by more than chance: the 95% interval
        /// of the paired difference to the runner-up does not hold 0.
        public var isBest: Bool
        /// Fewer than there should be: the cell is not finished.
        public var isPartial: Bool
        public var seeds: [Int64]
        /// Rows of the table `cell`.
        public var cells: [Int64]
    }

    /// A mean with the 95% bootstrap interval over documents.
    public struct Score: Codable, Sendable, Equatable {
        public var metric: String
        public var mean: Double
        public var low: Double
        public var high: Double
    }

    /// Seconds, measured one prompt at a time.
    public struct Latency: Codable, Sendable, Equatable {
        public var compress: Spread
        /// From the compressed context and the question to the first token.
        public var prefill: Spread
        public var decodePerToken: Spread
        public var samples: Int

        public struct Spread: Codable, Sendable, Equatable {
            public var median: Double
            public var p95: Double
        }
    }

    public struct Failure: Codable, Sendable, Equatable {
        public var method: String
        public var ratio: Double
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
