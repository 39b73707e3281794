import Budgets
import Contract
import Foundation
import Reading
import Results

/// What to run: every method at every budget on every task, with references beside.
public struct Grid {
    public var methods: [any ConfiguredMethod]
    public var budgets: [Budget]
    public var tasks: [any TaskAdapter.Type]
    public var data: DocumentStream
    public var sampling: Sampling
    public var asking = Asking()
    /// What is done with examples that the model cannot read behind the full context.
    public var overflow = Overflow.skip
    public var seeds: [UInt64]
    /// Hashes of the source files of methods and tasks, by their types' names.
    public var sourceHashes: [String: String] = [:]
    /// Whether a method that was not trained for the model, or for a budget, is left out; otherwise it is an error.
    public var leavesOutUntrained = false
    /// Whether a task that a server says too little for is left out; otherwise it is an error.
    public var leavesOutUnscorable = false
    /// Whether trained methods are scored with somebody else's memories as well.
    public var hasControls = false

    public init(
        methods: [any ConfiguredMethod], budgets: [Budget], tasks: [any TaskAdapter.Type],
        data: DocumentStream, sampling: Sampling, seeds: [UInt64]
    ) {
        self.methods = methods
        self.budgets = budgets
        self.tasks = tasks
        self.data = data
        self.sampling = sampling
        self.seeds = seeds
    }

    /// What each task asks, and what a user should know of how the data was read.
    package func questions() throws -> (units: [[DocumentItems]], remarks: [String]) {
        let adapters = tasks.map { $0.init() }
        let ownShots = asking.shotData == nil ? asking.shots : 0
        let drawn = try sampling.draw(
            from: data, for: adapters, spare: max(ownShots, asking.shotsInContext))
        let dataset = drawn.dataset
        // Where nothing is left over, a document's examples are other documents of the sample.
        let others = drawn.spare + dataset.documents
        let named = try asking.examples(for: adapters, seed: sampling.seed)
        let units = try adapters.enumerated().map { i, adapter in
            let examples = Array(others.prefix(asking.shotsInContext))
            func units(of documents: [Document]) -> [DocumentItems] {
                documents.compactMap { adapter.unit(of: $0, in: dataset, examples: examples) }
            }
            let worked = asking.shots == 0 ? [] : named?[i] ?? units(of: others)
            let asked = sampling.items(units(of: dataset.documents), ranks: drawn.ranks)
            return try asking.asked(Self.joined(asked), by: adapter, examples: worked)
        }
        return (units, dataset.remarks)
    }

    /// Items behind the same context together.
    private static func joined(_ units: [DocumentItems]) -> [DocumentItems] {
        var places: [String: Int] = [:]
        return units.reduce(into: []) { result, unit in
            if let place = places[unit.document.id] {
                result[place] = DocumentItems(unit.document, result[place].items + unit.items)
            } else {
                places[unit.document.id] = result.count
                result.append(unit)
            }
        }
    }

    /// The cells in the order in which they run: the references first, so that every later score
    /// can be read against them.
    public func plan(for reader: Reader, with resources: Resources) throws -> GridPlan {
        var cells: [PlannedCell] = []
        let (questions, notes) = try questions()
        var remarks = notes
        var untrained: [(method: String, budget: Budget)] = []
        for (task, documents) in zip(tasks, questions) where !documents.isEmpty {
            guard let card = reader.server.map({ task.card.limited(to: $0.abilities) }) ?? task.card else {
                guard leavesOutUnscorable else {
                    throw ContractError.withoutLikelihoods(model: reader.decoder.name, task: task.card.id)
                }
                remarks.append(
                    "left out the task \(task.card.id): the server does not say how likely words are")
                continue
            }
            try requireDistinct(documents)
            let others = hasControls ? try Control.anotherDocument.applied(to: documents) : []
            let hashes = try ItemHashes(documents, reader: reader)
            let lengths =
                budgets.allSatisfy { $0.ratioValue != nil }
                ? [] : try Self.lengths(of: documents, reader: reader)
            func add(_ method: any ConfiguredMethod, _ budget: Budget, _ seed: UInt64) throws {
                let preparations: [any Preparation]
                do {
                    preparations = try method.preparations(
                        for: Demand(budget, contexts: lengths), from: resources)
                } catch ContractError.untrained where leavesOutUntrained {
                    untrained.append((method.label, budget))
                    return
                } catch ContractError.withoutWeights where leavesOutUntrained {
                    remarks.append(
                        "left out \(method.label): it takes the model's weights, which are not here")
                    return
                }
                for preparation in preparations {
                    remarks += (preparation.content?.warnings ?? []).map { "\(method.label): \($0)" }
                    let trial = Trial(method, preparation, budget: budget, seed: seed, reader: reader)
                    let fitted = try overflow.applied(to: documents, of: trial)
                    if let remark = fitted.remark { remarks.append("\(task.card.id): \(remark)") }
                    guard !fitted.documents.isEmpty else { continue }
                    var cell = PlannedCell(
                        trial: trial, task: card, documents: fitted.documents, hashes: hashes,
                        dataset: data.id, overflow: fitted.remark == nil ? nil : overflow,
                        methodSource: try source(of: method),
                        taskSource: try source(["\(task)"], version: card.version, "task", card.id))
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
            throw ContractError.noExamples(dataset: data.id, tasks: tasks.map { $0.card.id })
        }
        for budgets in Dictionary(grouping: untrained, by: \.method).sorted(by: { $0.key < $1.key }) {
            let left = Set(budgets.value.map(\.budget)).sorted().map(\.description)
            remarks.append(
                "left out \(budgets.key) at \(left.joined(separator: ", ")): it is not trained for that")
        }
        var said: Set<String> = []
        return GridPlan(
            reader: reader, cells: cells, firstTask: cells[0].task.id,
            remarks: remarks.filter { said.insert($0).inserted })
    }

    /// Refuses two items of one name: a cell stores each item once.
    private func requireDistinct(_ documents: [DocumentItems]) throws {
        var seen: Set<ExactText> = []
        for item in documents.lazy.flatMap(\.items) where !seen.insert(ExactText(item.id)).inserted {
            throw ContractError.repeatedItem(dataset: data.id, item: item.id)
        }
    }

    private static func lengths(of documents: [DocumentItems], reader: Reader) throws -> [Int] {
        try documents.map { unit in
            let opening = try reader.layout(of: unit.items[0].prompt).opening
            return reader.source(unit.document.text, behind: opening).tokens.count
        }
    }

    private func source(of method: any ConfiguredMethod) throws -> String {
        // A chain may be of methods of this package and of others.
        if let chain = method as? Chain { return try chain.links.map(source).joined(separator: " ") }
        return try source(method.types, version: method.card.version, "method", method.card.id)
    }

    /// What tells whether a method or a task is still the same: the hash of its files, or the version that
    /// its card states where it comes from outside the package.
    private func source(_ types: [String], version: String?, _ kind: String, _ id: String) throws -> String {
        let hashes = types.compactMap { sourceHashes[$0] }
        if hashes.count == types.count { return hashes.joined(separator: " ") }
        guard let version, !version.isEmpty else { throw ContractError.noVersion(kind: kind, name: id) }
        return "version \(version)"
    }
}

/// The cells of a grid on one model: made, and refused where they cannot be, before anything is stored.
public struct GridPlan: Sendable {
    let reader: Reader
    package let cells: [PlannedCell]
    /// The task with whose contexts it is looked where memory tokens look: once is enough.
    let firstTask: String
    /// What a user should know before it runs, a line each.
    public let remarks: [String]
}

/// One cell of the grid, before it has a place in the store.
package struct PlannedCell: Sendable {
    package let trial: Trial
    let task: TaskCard
    package var documents: [DocumentItems]
    let hashes: ItemHashes
    let dataset: String
    /// What was done with examples that do not fit; nil where all do.
    let overflow: Overflow?
    let methodSource: String
    let taskSource: String
    /// What was done to the documents; their hashes are those before.
    var control: Control?
    /// What of it a part of the grid has; nil where that is all.
    var share: CellShare?

    var card: MethodCard { trial.method.card }
    package var items: Int { documents.reduce(0) { $0 + $1.items.count } }
    /// How many of them are scored here.
    package var ownItems: Int { share?.items.count ?? items }
    /// Whether its latency is measured here.
    var isMeasuredHere: Bool { share?.hasLatency ?? true }

    /// Whether an item is scored here.
    func isOwn(_ item: Item) -> Bool { share?.items.contains(ExactText(item.id)) ?? true }

    /// `pic 16x qa`
    package var label: String {
        (card.role == nil ? "\(card.id) \(trial.budget) \(task.id)" : "\(card.id) \(task.id)")
            + (control.map { ", \($0.label)" } ?? "")
    }

    package var identity: CellIdentity {
        let format = trial.reader.format
        // What is asked word for word is answered in any number of lines.
        let isVerbatim = documents.allSatisfy { $0.items.allSatisfy { $0.prompt.form != .paragraphs } }
        return CellIdentity(
            model: trial.reader.decoder.contentHash,
            decoding: .init(
                strategy: "greedy", stop: format.stop.sorted(),
                endsAtLine: format.lineEnds == nil || isVerbatim ? nil : true,
                chatTemplate: format.chatTemplate?.identity,
                interface: trial.reader.server?.interface.rawValue),
            prompts: hashes.prompts, method: card.id, parameters: JSONValue(json: parameters),
            methodSource: methodSource, prepared: trial.preparation.content?.hash,
            beyondTraining: trial.preparation.content?.isBeyondTraining == true ? true : nil, task: task.id,
            taskSource: taskSource,
            metrics: Dictionary(uniqueKeysWithValues: task.metrics.map { ($0.id, $0.version) }),
            data: hashes.data, overflow: overflow?.rawValue, budget: trial.budget, seed: trial.seed)
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
            modelName: trial.reader.decoder.name, modelHash: identity.model, adapterName: content?.name,
            adapterHash: content?.hash, methodID: card.id,
            methodName: trial.method.label + (control.map { ", \($0.label)" } ?? ""),
            family: card.family.rawValue, role: card.role?.rawValue, isTrained: content?.isTrained ?? false,
            isQueryAware: card.isQueryAware, parameters: parameters, taskID: task.id, taskName: task.name,
            primaryMetric: task.metrics[0].id, metrics: task.metrics.map(\.id), datasetID: dataset,
            datasetHash: identity.data, budget: trial.budget, seed: Int64(bitPattern: trial.seed),
            decoding: canonicalJSON(identity.decoding), exampleCount: items)
    }
}
