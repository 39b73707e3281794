import Budgets
import Foundation
import Results

/// A method beside others on the same examples: `picbench compare`.
public struct Comparison: Codable, Sendable, Equatable {
    /// Names of the methods; the first is compared with each of the others.
    public var methods: [String]
    /// One a method that the first is compared with, task, dataset, model and budget that both were run at.
    public var rows: [Row]
    /// How fast their compressors learned, where their training is recorded.
    public var curves: [Curve]
    /// Trained methods of which there is one training here: what is said of them holds for that one.
    public var oneTraining: [String]

    /// A method as it is in the store.
    public struct Method: Sendable, Equatable {
        public var id: String
        public var parameters: String
        /// Which of several trainings or versions of it: compressors' names, or the beginnings of their hashes or of its
        /// code's. Several are trainings of one recipe. Empty where there is one, or where the store knows that they are.
        public var which: [String]

        public init(id: String, parameters: String, which: [String] = []) {
            self.id = id
            self.parameters = parameters
            self.which = which
        }

        fileprivate func holds(_ record: CellRecord) -> Bool {
            guard record.methodID == id, record.parameters == parameters else { return false }
            let hashes = [
                record.adapterHash, record.identityFields["methodSource"].map { String($0.dropFirst()) },
            ]
            return which.isEmpty
                || which.contains { name in
                    record.adapterName == name || hashes.contains { $0?.hasPrefix(name) == true }
                }
        }
    }

    /// What of a store is compared; nil for all.
    public struct Filter: Sendable {
        public var budget: Budget?
        public var task: String?
        /// The beginning of a dataset's identifier.
        public var dataset: String?
        /// A model's name, or the beginning of its hash.
        public var model: String?
        /// In place of each task's headline.
        public var metric: String?

        public init(
            budget: Budget? = nil, task: String? = nil, dataset: String? = nil, model: String? = nil,
            metric: String? = nil
        ) {
            self.budget = budget
            self.task = task
            self.dataset = dataset
            self.model = model
            self.metric = metric
        }
    }

    /// - Parameters:
    ///   - methods: at least two
    ///   - points: of a training by its identifier
    /// - Throws: `ComparisonError` where one of them is several, or nothing is what the filter names
    public init(
        _ snapshot: Snapshot, _ methods: [Method], _ filter: Filter = Filter(),
        points: (Int64) throws -> [TrainingPoint] = { _ in [] }
    ) throws {
        let families = TrainingFamilies(snapshot.trainings)
        let done = try filter.cells(of: snapshot).filter { $0.state == .done }
        func place(_ cell: StoredCell) -> Place {
            Place(section: SectionDraft.Key(cell.record), budget: cell.record.budget)
        }
        let cells = try methods.map { method in
            let own = done.filter { method.holds($0.record) }
            try Self.requireOne(method, Leaderboard.groups(own, by: place), families)
            return own
        }
        let names = zip(methods, cells).map { $1.first?.record.methodName ?? $0.id }
        let byPlace = cells.map { Dictionary(grouping: $0, by: place) }
        var rows = Leaderboard.groups(cells[0], by: place).flatMap { own in
            cells.indices.dropFirst().compactMap { other -> Row? in
                let record = own[0].record
                let metric = filter.metric ?? record.primaryMetric
                guard record.metrics.contains(metric) else { return nil }
                return Row(
                    own, byPlace[other][place(own[0])] ?? [], names: (names[0], names[other]), metric: metric,
                    snapshot.metrics[metric])
            }
        }
        let corrected = Statistics.holm(rows.map(\.pValue))
        for i in rows.indices { rows[i].correctedPValue = corrected[i] }
        self.methods = names
        self.rows = rows
        oneTraining = zip(names, cells).compactMap { name, cells in
            Set(cells.compactMap(\.record.adapterHash)).count == 1 ? name : nil
        }

        let trainings = try cells.map { cells -> [TrainingPoint] in
            let hashes = Set(cells.compactMap(\.record.adapterHash))
            let found = snapshot.trainings.last { $0.outputHash.map(hashes.contains) ?? false }
            return try found?.id.map(points) ?? []
        }
        curves = cells.indices.dropFirst().flatMap { other in
            Set(trainings[0].map(\.name)).intersection(trainings[other].map(\.name)).subtracting(["loss"])
                .sorted().compactMap { quality in
                    Curve(quality, (names[0], names[other]), trainings[0], trainings[other])
                }
        }
    }
}

extension Comparison {
    /// Refuses cells that differ in more than seed and training where one number is to stand for them.
    private static func requireOne(
        _ method: Method, _ groups: [[StoredCell]], _ families: TrainingFamilies
    ) throws {
        for cells in groups {
            let trained = Leaderboard.groups(cells) { $0.record.adapterHash }
            let recipes = Set(trained.map { families.family(of: $0[0].record) })
            if recipes.count > 1, method.which.count < 2 {
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

extension Comparison.Filter {
    /// - Throws: `ComparisonError` where a name is nobody's, with those that there are
    fileprivate func cells(of snapshot: Snapshot) throws -> [StoredCell] {
        let all = snapshot.cells
        func require(
            _ what: String, _ name: String?, among known: [String], _ holds: (StoredCell, String) -> Bool
        ) throws {
            guard let name, !all.contains(where: { holds($0, name) }) else { return }
            throw ComparisonError.unknown(what: what, name: name, known: Set(known).sorted())
        }
        func isOfDataset(_ cell: StoredCell, _ name: String) -> Bool {
            cell.record.datasetID.hasPrefix(name)
        }
        func isOfModel(_ cell: StoredCell, _ name: String) -> Bool {
            cell.record.modelName == name || cell.record.modelHash.hasPrefix(name)
        }
        func isOfMetric(_ cell: StoredCell, _ name: String) -> Bool { cell.record.metrics.contains(name) }
        try require("dataset", dataset, among: all.map(\.record.datasetID), isOfDataset)
        try require("model", model, among: all.map(\.record.modelName), isOfModel)
        try require("metric", metric, among: all.flatMap(\.record.metrics), isOfMetric)
        return all.filter { cell in
            (budget ?? cell.record.budget) == cell.record.budget
                && (task ?? cell.record.taskID) == cell.record.taskID
                && dataset.map { isOfDataset(cell, $0) } ?? true && model.map { isOfModel(cell, $0) } ?? true
        }
    }
}

/// What cannot be compared, in one line.
public enum ComparisonError: Error, CustomStringConvertible, Equatable {
    case several(method: String, what: String, choices: [String])
    case unknown(what: String, name: String, known: [String])

    public var description: String {
        switch self {
        case .several(let method, let what, let choices):
            "\(method) has cells of \(choices.count) \(what) here, which are not one number; choose one: "
                + choices.map { "\(method)@\($0)" }.joined(separator: ", ")
                + "; or several that are trainings of one recipe: \(method)@\(choices.joined(separator: ","))"
        case .unknown(let what, let name, let known):
            "no cell here has the \(what) '\(name)'; known: \(known.joined(separator: ", "))"
        }
    }
}

/// What two cells must share to be compared.
private struct Place: Hashable {
    let section: SectionDraft.Key
    let budget: Budget
}
