import Budgets
import Contract
import Foundation
import Reading
import Results

/// What to run: every method at every budget on every task, with references beside.
public struct Grid {
    public var methods: [any CompressionMethod]
    public var budgets: [Budget]
    public var tasks: [any TaskAdapter.Type]
    public var dataset: Dataset
    /// The most items a task, spread over documents; nil for all.
    public var limit: Int?
    public var seeds: [UInt64]
    /// Hashes of the source files of methods and tasks, by their types' names.
    public var sourceHashes: [String: String] = [:]
    /// Whether trained methods are scored with somebody else's memories as well.
    public var hasControls = false

    public init(
        methods: [any CompressionMethod], budgets: [Budget], tasks: [any TaskAdapter.Type], dataset: Dataset,
        limit: Int?, seeds: [UInt64]
    ) {
        self.methods = methods
        self.budgets = budgets
        self.tasks = tasks
        self.dataset = dataset
        self.limit = limit
        self.seeds = seeds
    }

    /// The documents with a task's items; those without any are left out.
    package func documents(for task: any TaskAdapter.Type) -> [DocumentItems] {
        let adapter = task.init()
        let all = dataset.documents.map { DocumentItems($0, adapter.items(of: $0, in: dataset)) }
        guard let limit else { return all.filter { !$0.items.isEmpty } }
        // The first of each document, then the second of each …
        var taken = all.map { _ in 0 }
        var left = limit
        var rank = 0
        while left > 0, all.contains(where: { $0.items.count > rank }) {
            for i in all.indices where all[i].items.count > rank && left > 0 {
                taken[i] += 1
                left -= 1
            }
            rank += 1
        }
        return zip(all, taken).filter { $1 > 0 }.map {
            DocumentItems($0.document, Array($0.items.prefix($1)))
        }
    }

    /// The cells in the order in which they run: the references first, so that every later score
    /// can be read against them.
    public func plan(for reader: Reader, with resources: Resources) throws -> GridPlan {
        var cells: [PlannedCell] = []
        for task in tasks {
            let documents = documents(for: task)
            guard !documents.isEmpty else { continue }
            let others = hasControls ? try Control.anotherDocument.applied(to: documents) : []
            let hashes = ItemHashes(documents, reader: reader)
            let lengths =
                budgets.allSatisfy { $0.ratioValue != nil } ? [] : Self.lengths(of: documents, reader: reader)
            func add(_ method: any CompressionMethod, _ budget: Budget, _ seed: UInt64) throws {
                let preparations = try method.preparations(
                    for: Demand(budget, contexts: lengths), from: resources)
                for preparation in preparations {
                    var cell = PlannedCell(
                        trial: Trial(method, preparation, budget: budget, seed: seed, reader: reader),
                        task: task.card, documents: documents, hashes: hashes, dataset: dataset.id,
                        methodSource: try source(
                            "\(type(of: method))", version: method.card.version, "method", method.card.id),
                        taskSource: try source("\(task)", version: task.card.version, "task", task.card.id))
                    cells.append(cell)
                    guard hasControls, preparation.content?.isTrained == true else { continue }
                    cell.control = .anotherDocument
                    cell.documents = others
                    cells.append(cell)
                }
            }
            for method in methods where method.card.role != nil {
                try add(method, .whole, seeds[0])
            }
            for seed in seeds {
                for method in methods where method.card.role == nil {
                    for budget in budgets { try add(method, budget, seed) }
                }
            }
        }
        if cells.isEmpty {
            throw ContractError.noExamples(dataset: dataset.id, tasks: tasks.map { $0.card.id })
        }
        return GridPlan(reader: reader, cells: cells)
    }

    private static func lengths(of documents: [DocumentItems], reader: Reader) -> [Int] {
        documents.map { unit in
            let opening = reader.layout(of: unit.items[0].prompt).opening
            return reader.source(unit.document.text, behind: opening).tokens.count
        }
    }

    /// What tells whether a method or a task is still the same: the hash of its files, or the version that
    /// its card states where it comes from outside the package.
    private func source(_ type: String, version: String?, _ kind: String, _ id: String) throws -> String {
        if let hash = sourceHashes[type] { return hash }
        guard let version, !version.isEmpty else { throw ContractError.noVersion(kind: kind, name: id) }
        return "version \(version)"
    }
}

/// The cells of a grid on one model: made, and refused where they cannot be, before anything is stored.
public struct GridPlan: Sendable {
    let reader: Reader
    package let cells: [PlannedCell]
}

/// One cell of the grid, before it has a place in the store.
package struct PlannedCell: Sendable {
    let trial: Trial
    let task: TaskCard
    var documents: [DocumentItems]
    let hashes: ItemHashes
    let dataset: String
    let methodSource: String
    let taskSource: String
    /// What was done to the documents; their hashes are those before.
    var control: Control?

    var card: MethodCard { trial.method.card }
    var items: Int { documents.reduce(0) { $0 + $1.items.count } }

    /// `pic 16x qa`
    var label: String {
        (card.role == nil ? "\(card.id) \(trial.budget) \(task.id)" : "\(card.id) \(task.id)")
            + (control.map { ", \($0.label)" } ?? "")
    }

    package var identity: CellIdentity {
        let format = trial.reader.format
        return CellIdentity(
            model: trial.reader.backbone.contentHash,
            decoding: .init(
                strategy: "greedy", stop: format.stop.sorted(),
                chatTemplate: format.chatTemplate?.family.rawValue),
            prompts: hashes.prompts, method: card.id, parameters: JSONValue(json: parameters),
            methodSource: methodSource, prepared: trial.preparation.content?.hash, task: task.id,
            taskSource: taskSource,
            metrics: Dictionary(uniqueKeysWithValues: task.metrics.map { ($0.id, $0.version) }),
            data: hashes.data, budget: trial.budget, seed: trial.seed)
    }

    private var parameters: String {
        control?.marking(trial.method.parametersJSON) ?? trial.method.parametersJSON
    }

    /// The row that identifies it.
    var record: CellRecord {
        let identity = identity
        let content = trial.preparation.content
        return CellRecord(
            fingerprint: identity.fingerprint, identity: identity.json,
            modelName: trial.reader.backbone.name, modelHash: identity.model, adapterName: content?.name,
            adapterHash: content?.hash, methodID: card.id,
            methodName: trial.method.label + (control.map { ", \($0.label)" } ?? ""),
            family: card.family.rawValue, role: card.role?.rawValue, isTrained: content?.isTrained ?? false,
            isQueryAware: card.isQueryAware, parameters: parameters, taskID: task.id, taskName: task.name,
            primaryMetric: task.metrics[0].id, metrics: task.metrics.map(\.id), datasetID: dataset,
            datasetHash: identity.data, budget: trial.budget, seed: Int64(bitPattern: trial.seed),
            decoding: canonicalJSON(identity.decoding), exampleCount: items)
    }
}
