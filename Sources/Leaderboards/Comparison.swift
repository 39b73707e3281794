import Budgets
import Foundation
import Results
import Seeding

/// Two methods side by side on the same examples: `picbench compare`.
public struct Comparison: Codable, Sendable, Equatable {
    public var first: String
    public var second: String
    /// One a task, dataset, model and ratio that both were run at.
    public var rows: [Row]
    /// How fast their compressors learned, where their training is recorded.
    public var curves: [Curve]

    public struct Row: Codable, Sendable, Equatable {
        public var model: String
        public var dataset: String
        public var taskID: String
        public var metric: String
        /// Requested; nil where a number of positions was.
        public var ratio: Double?
        public var positions: Int?
        public var examples: Int
        public var documents: Int
        public var first: Double
        public var second: Double
        /// first − second, with its 95% paired bootstrap interval over documents
        public var difference: Double
        public var low: Double
        public var high: Double
        /// (first − second) ÷ second; nil where second is 0.
        public var relative: Double?
        /// Two-sided, by 10,000 random exchanges of the two methods' scores, a document at a time.
        public var pValue: Double
        /// Holm-corrected over the rows shown.
        public var correctedPValue: Double
    }

    public struct Curve: Codable, Sendable, Equatable {
        /// A quality of the training log, such as `em@8/16`.
        public var quality: String
        public var firstBest: Double
        public var secondBest: Double
        /// Optimiser steps, and seconds of them, until the second is at its best.
        public var secondStep: Int
        public var secondSeconds: Double
        /// Until the first is at least there; nil where it never is.
        public var firstStep: Int?
        public var firstSeconds: Double?
        /// 1 − firstSeconds ÷ secondSeconds
        public var saved: Double?
    }

    /// A method as it is in the store.
    public struct Method: Sendable, Equatable {
        public var id: String
        public var parameters: String
        /// Which of several trainings or versions of it: a compressor's name, or the beginning of its hash or
        /// of its code's. Nil where there is one.
        public var which: String?

        public init(id: String, parameters: String, which: String? = nil) {
            self.id = id
            self.parameters = parameters
            self.which = which
        }

        fileprivate func holds(_ record: CellRecord) -> Bool {
            guard record.methodID == id, record.parameters == parameters else { return false }
            guard let which else { return true }
            let hashes = [
                record.adapterHash, record.identityFields["methodSource"].map { String($0.dropFirst()) },
            ]
            return record.adapterName == which || hashes.contains { $0?.hasPrefix(which) == true }
        }
    }

    /// - Parameters:
    ///   - budget, task: only these; nil for all
    ///   - points: of a training by its identifier
    /// - Throws: `ComparisonError` where one of them is several
    public init(
        _ snapshot: Snapshot, _ first: Method, _ second: Method, budget: Budget? = nil, task: String? = nil,
        points: (Int64) throws -> [TrainingPoint] = { _ in [] }
    ) throws {
        func cells(of method: Method) -> [StoredCell] {
            snapshot.cells.filter { cell in
                let record = cell.record
                return method.holds(record) && cell.state == .done
                    && (budget ?? record.budget) == record.budget && (task ?? record.taskID) == record.taskID
            }
        }
        let ours = cells(of: first)
        let theirs = cells(of: second)
        func place(_ cell: StoredCell) -> Place {
            let record = cell.record
            return Place(section: SectionDraft.Key(record), budget: record.budget)
        }
        for (method, cells) in [(first, ours), (second, theirs)] {
            try Self.requireOne(method, Leaderboard.groups(cells, by: place))
        }
        let groups = Leaderboard.groups(ours, by: place)
        var rows = groups.compactMap { group in
            Row(group, theirs.filter { place($0) == place(group[0]) })
        }
        let corrected = Statistics.holm(rows.map(\.pValue))
        for i in rows.indices { rows[i].correctedPValue = corrected[i] }
        self.first = ours.first?.record.methodName ?? first.id
        self.second = theirs.first?.record.methodName ?? second.id
        self.rows = rows

        func training(_ cells: [StoredCell]) throws -> [TrainingPoint] {
            let hashes = Set(cells.compactMap(\.record.adapterHash))
            let found = snapshot.trainings.last { $0.outputHash.map(hashes.contains) ?? false }
            return try found?.id.map(points) ?? []
        }
        let (a, b) = (try training(ours), try training(theirs))
        let qualities = Set(a.map(\.name)).intersection(b.map(\.name)).subtracting(["loss"])
        curves = qualities.sorted().compactMap { Curve($0, a, b) }
    }
}

extension Comparison {
    /// Refuses cells that differ in more than the seed where one number is to stand for them.
    private static func requireOne(_ method: Method, _ groups: [[StoredCell]]) throws {
        for cells in groups {
            let trained = Leaderboard.groups(cells) { $0.record.adapterHash }
            if trained.count > 1 {
                throw ComparisonError.several(
                    method: method.id, what: "differently trained compressors",
                    choices: trained.map { cells in
                        let record = cells[0].record
                        let name = record.adapterName ?? ""
                        let isName = trained.count { $0[0].record.adapterName == record.adapterName } == 1
                        return isName ? name : String((record.adapterHash ?? "").prefix(8))
                    })
            }
            let sources = Leaderboard.groups(cells) { $0.record.identityFields["methodSource"] }
            if sources.count > 1 {
                throw ComparisonError.several(
                    method: method.id, what: "versions of its code",
                    choices: sources.map {
                        String(($0[0].record.identityFields["methodSource"] ?? "").dropFirst().prefix(8))
                    })
            }
        }
    }
}

/// What cannot be compared, in one line.
public enum ComparisonError: Error, CustomStringConvertible, Equatable {
    case several(method: String, what: String, choices: [String])

    public var description: String {
        switch self {
        case .several(let method, let what, let choices):
            "\(method) has cells of \(choices.count) \(what) here, which are not one number; choose one: "
                + choices.map { "\(method)@\($0)" }.joined(separator: ", ")
        }
    }
}

/// What two cells must share to be compared.
private struct Place: Hashable {
    let section: SectionDraft.Key
    let budget: Budget
}

extension Comparison.Row {
    public var budget: Budget { Budget(ratio: ratio, positions: positions) }

    fileprivate init?(_ first: [StoredCell], _ second: [StoredCell]) {
        guard let record = first.first?.record else { return nil }
        let pairs = Statistics.pairs(first, second, metric: record.primaryMetric)
        guard !pairs.isEmpty else { return nil }
        let count = pairs.reduce(0) { $0 + $1.count }
        let mean = (
            pairs.reduce(0) { $0 + $1.first } / Double(count),
            pairs.reduce(0) { $0 + $1.second } / Double(count)
        )
        let differences = pairs.map(\.difference)
        guard let interval = Statistics.interval(of: differences) else { return nil }
        self.init(
            model: record.modelName, dataset: record.datasetID, taskID: record.taskID,
            metric: record.primaryMetric,
            ratio: record.ratio, positions: record.positions, examples: count, documents: pairs.count,
            first: mean.0, second: mean.1,
            difference: mean.0 - mean.1, low: interval.lowerBound, high: interval.upperBound,
            relative: mean.1 > 0 ? (mean.0 - mean.1) / mean.1 : nil,
            pValue: Statistics.permutationPValue(of: differences), correctedPValue: 1)
    }
}

extension Comparison.Curve {
    fileprivate init?(_ quality: String, _ first: [TrainingPoint], _ second: [TrainingPoint]) {
        let (a, b) = (first.filter { $0.name == quality }, second.filter { $0.name == quality })
        guard let best = b.map(\.value).max(), let reached = b.first(where: { $0.value == best }),
            let firstBest = a.map(\.value).max()
        else { return nil }
        let passed = a.first { $0.value >= best }
        self.init(
            quality: quality, firstBest: firstBest, secondBest: best, secondStep: reached.step,
            secondSeconds: reached.seconds, firstStep: passed?.step, firstSeconds: passed?.seconds,
            saved: passed.map { 1 - $0.seconds / reached.seconds })
    }
}

extension Statistics {
    /// Scores of both on one document's examples, added up over the examples and seeds that both have.
    struct Pair: Sendable {
        var first = 0.0
        var second = 0.0
        var count = 0

        /// first − second
        var difference: Cluster { Cluster(sum: first - second, count: count) }
    }

    /// In order of the documents' identifiers.
    static func pairs(_ first: [StoredCell], _ second: [StoredCell], metric: String) -> [Pair] {
        func scores(_ cells: [StoredCell]) -> [ExactText: (document: String, sum: Double, count: Int)] {
            var result: [ExactText: (document: String, sum: Double, count: Int)] = [:]
            for cell in cells {
                guard let place = cell.record.metrics.firstIndex(of: metric) else { continue }
                for score in cell.scores where !score.values[place].isNaN {
                    let example = ExactText(score.exampleID)
                    let known = result[example]
                    result[example] = (
                        score.documentID, (known?.sum ?? 0) + score.values[place], (known?.count ?? 0) + 1
                    )
                }
            }
            return result
        }
        let (a, b) = (scores(first), scores(second))
        var documents: [String: Pair] = [:]
        for (example, mine) in a {
            guard let other = b[example] else { continue }
            documents[mine.document, default: Pair()].first += mine.sum / Double(mine.count)
            documents[mine.document, default: Pair()].second += other.sum / Double(other.count)
            documents[mine.document, default: Pair()].count += 1
        }
        return documents.sorted { $0.key < $1.key }.map(\.value)
    }

    /// How often random signs of the clusters' differences give a mean at least as far from 0.
    package static func permutationPValue(of differences: [Cluster], seed: UInt64 = 0) -> Double {
        let observed = abs(differences.reduce(0) { $0 + $1.sum })
        var generator = SeededGenerator(seed: seed, stream: "permutation")
        var extreme = 0
        for _ in 0..<resamples {
            var sum = 0.0
            for difference in differences {
                sum += generator.next() >> 63 == 0 ? difference.sum : -difference.sum
            }
            if abs(sum) >= observed - 1e-12 { extreme += 1 }
        }
        return Double(extreme + 1) / Double(resamples + 1)
    }

    /// Holm's step-down correction (1979): in the order given.
    package static func holm(_ pValues: [Double]) -> [Double] {
        var corrected = pValues
        var largest = 0.0
        for (rank, i) in pValues.indices.sorted(by: { pValues[$0] < pValues[$1] }).enumerated() {
            largest = max(largest, min(1, pValues[i] * Double(pValues.count - rank)))
            corrected[i] = largest
        }
        return corrected
    }
}
