import Foundation
import Results

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

extension Leaderboard {
    public init(_ snapshot: Snapshot) {
        let shown = snapshot.cells.filter { $0.state == .failed || !$0.scores.isEmpty }
        sections = Self.groups(shown) { cell in
            [cell.record.modelHash, cell.record.datasetID, cell.record.datasetHash, cell.record.taskID]
        }.map(Section.init)
        let used = Set(shown.flatMap(\.runs))
        runs = snapshot.runs.filter { used.contains($0.id ?? 0) }.map(Run.init)
        let adapters = Set(shown.compactMap(\.record.adapterHash))
        trainings = snapshot.trainings.compactMap { training in
            guard let hash = training.outputHash, adapters.contains(hash), let method = training.methodID,
                let finished = training.finishedAt
            else { return nil }
            return Training(
                name: training.name, methodID: method, outputHash: hash, threads: training.threads,
                finishedAt: Self.text(finished))
        }
    }

    /// Elements with equal keys together, in the order in which each key first appears.
    static func groups<Element, Key: Hashable>(_ elements: [Element], by key: (Element) -> Key) -> [[Element]]
    {
        var places: [Key: Int] = [:]
        var groups: [[Element]] = []
        for element in elements {
            let key = key(element)
            if let place = places[key] {
                groups[place].append(element)
            } else {
                places[key] = groups.count
                groups.append([element])
            }
        }
        return groups
    }

    static func text(_ date: Date) -> String { date.formatted(.iso8601) }
}

extension Leaderboard.Section {
    /// - Parameter cells: at least one, all of one model, dataset and task
    init(_ cells: [StoredCell]) {
        let record = cells[0].record
        let upper = Self.headline(of: cells.first { $0.record.role == "upper" && $0.state == .done })
        let lower = Self.headline(of: cells.first { $0.record.role == "lower" && $0.state == .done })
        let scored = cells.filter { !$0.scores.isEmpty }
        let byMethod = Leaderboard.groups(scored) { [$0.record.methodID, $0.record.parameters] }
        // A retrained compressor is a row of its own only where it competes with the one before.
        let byRow = byMethod.flatMap { cells in
            let atOneRatio = Leaderboard.groups(cells) { "\($0.record.ratio) \($0.record.seed)" }
            return atOneRatio.allSatisfy { $0.count == 1 }
                ? [(cells, false)] : Leaderboard.groups(cells) { $0.record.adapterHash }.map { ($0, true) }
        }
        var rows = byRow.map { cells, namesAdapter in
            Leaderboard.Row(cells, namesAdapter: namesAdapter) { score in
                guard let upper, let lower, upper - lower > 0.01 else { return nil }
                return (score - lower) / (upper - lower)
            }
        }
        let ratios = Set(cells.filter { $0.record.role == nil }.map(\.record.ratio)).sorted()
        for ratio in ratios { Self.markBest(&rows, at: ratio, cells: scored, metric: record.primaryMetric) }
        self.init(
            model: record.modelName, modelHash: record.modelHash, dataset: record.datasetID,
            taskID: record.taskID,
            task: record.taskName, primaryMetric: record.primaryMetric, metrics: record.metrics,
            examples: record.exampleCount,
            documents: scored.map { Set($0.scores.map(\.documentID)).count }.max() ?? 0,
            ratios: ratios,
            rows: rows.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
                .map(\.element),
            failures: cells.filter { $0.state == .failed }.map {
                Leaderboard.Failure(
                    method: $0.record.methodName, ratio: $0.record.ratio, reason: $0.failure ?? "unknown")
            })
    }

    /// Marks the entry that is significantly ahead of the runner-up.
    private static func markBest(
        _ rows: inout [Leaderboard.Row], at ratio: Double, cells: [StoredCell], metric: String
    ) {
        let places = rows.indices.compactMap { i -> (row: Int, entry: Int, mean: Double)? in
            guard rows[i].role == nil, let j = rows[i].entries.firstIndex(where: { $0.ratio == ratio }),
                let mean = rows[i].entries[j].scores.first?.mean
            else { return nil }
            return (i, j, mean)
        }.sorted { $0.mean > $1.mean }
        guard places.count > 1 else { return }
        func cellsOf(_ place: (row: Int, entry: Int, mean: Double)) -> [StoredCell] {
            let ids = Set(rows[place.row].entries[place.entry].cells)
            return cells.filter { ids.contains($0.id) }
        }
        let differences = Statistics.pairs(cellsOf(places[0]), cellsOf(places[1]), metric: metric)
            .map(\.difference)
        if let interval = Statistics.interval(of: differences), interval.lowerBound > 0 {
            rows[places[0].row].entries[places[0].entry].isBest = true
        }
    }

    private static func headline(of cell: StoredCell?) -> Double? {
        guard let cell, let place = cell.record.metrics.firstIndex(of: cell.record.primaryMetric) else {
            return nil
        }
        return cell.scores.reduce(0) { $0 + $1.values[place] } / Double(max(cell.scores.count, 1))
    }
}

extension Leaderboard.Row {
    init(_ cells: [StoredCell], namesAdapter: Bool, recovered: (Double) -> Double?) {
        let record = cells[0].record
        let adapter =
            namesAdapter
            ? record.adapterHash.map { ", \(record.adapterName ?? "") \($0.prefix(7))" } ?? "" : ""
        self.init(
            methodID: record.methodID, method: record.methodName + adapter, family: record.family,
            role: record.role,
            isTrained: record.isTrained, isQueryAware: record.isQueryAware, parameters: record.parameters,
            entries: Leaderboard.groups(cells, by: \.record.ratio).sorted {
                $0[0].record.ratio < $1[0].record.ratio
            }
            .map { Leaderboard.Entry($0, recovered: recovered) })
    }

    /// Sorts rows: ascending, by the mean headline score within compression methods.
    fileprivate var rank: Double {
        switch role {
        case "upper": -2
        case "lower": 2
        default: -entries.reduce(0) { $0 + ($1.scores.first?.mean ?? 0) } / Double(entries.count)
        }
    }

    public func entry(at ratio: Double) -> Leaderboard.Entry? {
        role == nil ? entries.first { $0.ratio == ratio } : entries.first
    }
}

extension Leaderboard.Entry {
    /// - Parameter cells: one a seed
    init(_ cells: [StoredCell], recovered: (Double) -> Double?) {
        let record = cells[0].record
        let scores = cells.flatMap(\.scores)
        let order = [record.primaryMetric] + record.metrics.filter { $0 != record.primaryMetric }
        let means = order.map { metric in
            let place = record.metrics.firstIndex(of: metric) ?? 0
            var clusters: [String: Statistics.Cluster] = [:]
            for score in scores {
                clusters[score.documentID, default: .init(sum: 0, count: 0)].sum += score.values[place]
                clusters[score.documentID]?.count += 1
            }
            let mean = scores.reduce(0) { $0 + $1.values[place] } / Double(scores.count)
            let interval =
                Statistics.interval(of: clusters.sorted { $0.key < $1.key }.map(\.value)) ?? mean...mean
            return Leaderboard.Score(
                metric: metric, mean: mean, low: interval.lowerBound, high: interval.upperBound)
        }
        // A context counts once, however many questions it has.
        var contexts: [String: StoredCell.Score] = [:]
        for score in scores { contexts[score.documentID] = score }
        let kept = contexts.values.reduce(0) { $0 + $1.keptPositions }
        let tokens = contexts.values.reduce(0) { $0 + $1.contextTokens }
        self.init(
            ratio: record.ratio, achievedRatio: kept > 0 ? Double(tokens) / Double(kept) : nil,
            keptPositions: Double(kept) / Double(contexts.count),
            keptBytes: Double(contexts.values.reduce(0) { $0 + $1.keptBytes }) / Double(contexts.count),
            scores: means,
            recoveredShare: record.role == nil ? means.first.flatMap { recovered($0.mean) } : nil,
            latency: Leaderboard.Latency(cells.flatMap(\.latencies)), examples: scores.count,
            isBest: false, isPartial: cells.contains { $0.scores.count < $0.record.exampleCount },
            seeds: cells.map(\.record.seed), cells: cells.map(\.id))
    }
}

extension Leaderboard.Latency {
    init?(_ records: [LatencyRecord]) {
        func spread(_ seconds: (LatencyRecord) -> Double) -> Spread? {
            let values = records.map(seconds)
            guard let median = Statistics.percentile(0.5, of: values),
                let p95 = Statistics.percentile(0.95, of: values)
            else { return nil }
            return Spread(median: median, p95: p95)
        }
        guard let compress = spread(\.compressSeconds), let prefill = spread(\.prefillSeconds),
            let decode = spread(\.decodeSecondsPerToken)
        else { return nil }
        self.init(compress: compress, prefill: prefill, decodePerToken: decode, samples: records.count)
    }
}

extension Leaderboard.Run {
    init(_ run: RunRecord) {
        self.init(
            id: run.id ?? 0, startedAt: Leaderboard.text(run.startedAt), host: run.host, cpu: run.cpu,
            threads: run.threads, os: run.os, toolVersion: run.toolVersion, gitRevision: run.gitRevision,
            command: run.command)
    }
}
