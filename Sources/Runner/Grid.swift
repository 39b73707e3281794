import Bench
import Datasets
import Foundation
import Results
import Seeding

/// What to run: every method at every ratio on every task, with references beside.
public struct Grid {
    public var methods: [any CompressionMethod]
    public var ratios: [Ratio]
    public var tasks: [any TaskAdapter.Type]
    public var dataset: Dataset
    /// The most examples a task, spread over documents; nil for all.
    public var limit: Int?
    public var seeds: [UInt64]
    /// Hashes of the source files of methods and tasks, by their types' names.
    public var sourceHashes: [String: String] = [:]
    /// Trained compressors in place of the model's own. Every one that fits a method has cells of its
    /// own, such as one a training seed; of the model's own the best is taken.
    public var compressors: [StoredCompressor]?
    /// Whether trained methods are scored with somebody else's memories as well.
    public var hasControls = false

    public init(
        methods: [any CompressionMethod], ratios: [Ratio], tasks: [any TaskAdapter.Type], dataset: Dataset,
        limit: Int?, seeds: [UInt64]
    ) {
        self.methods = methods
        self.ratios = ratios
        self.tasks = tasks
        self.dataset = dataset
        self.limit = limit
        self.seeds = seeds
    }

    /// One task's examples, neighbours where they share a document.
    func examples(of task: any TaskAdapter.Type) -> [Example] {
        let all = dataset.documents.map { task.init().examples(of: $0) }
        guard let limit else { return all.flatMap { $0 } }
        // The first of each document, then the second of each …
        var taken = all.map { _ in 0 }
        var left = limit
        var rank = 0
        while left > 0, all.contains(where: { $0.count > rank }) {
            for i in all.indices where all[i].count > rank && left > 0 {
                taken[i] += 1
                left -= 1
            }
            rank += 1
        }
        return zip(all, taken).flatMap { $0.0.prefix($0.1) }
    }

    /// The cells in the order in which they run: the references first, so that every later score
    /// can be read against them.
    public func plan(on backbone: Backbone) throws -> GridPlan {
        let ownCompressors = try compressors ?? StoredCompressor.all(of: backbone)
        var cells: [PlannedCell] = []
        for task in tasks {
            let examples = examples(of: task)
            guard !examples.isEmpty else { continue }
            let others = hasControls ? try Control.anotherDocument.applied(to: examples) : []
            let hash = SHA256.hex(
                of: examples.flatMap {
                    ["\($0.id)\u{1f}\($0.context)\u{1f}\($0.instruction)"] + $0.references
                }
                .joined(separator: "\u{1e}"))
            func add(_ method: any CompressionMethod, _ ratio: Ratio, _ seed: UInt64) throws {
                let fitting = try StoredCompressor.fitting(method, ratio: ratio, among: ownCompressors)
                let chosen = compressors == nil ? Array(fitting.prefix(1)) : fitting
                for compressor in chosen.isEmpty ? [nil] : chosen.map(Optional.some) {
                    var cell = PlannedCell(
                        method: method, ratio: ratio, task: task, seed: seed, examples: examples,
                        examplesHash: hash, dataset: dataset.id, compressor: compressor,
                        sourceHash: ["\(type(of: method))", "\(task)"].map { sourceHashes[$0] ?? "" }.joined()
                    )
                    cells.append(cell)
                    guard hasControls, compressor != nil else { continue }
                    cell.control = .anotherDocument
                    cell.examples = others
                    cells.append(cell)
                }
            }
            for method in methods where type(of: method).card.role != nil {
                try add(method, .one, seeds[0])
            }
            for seed in seeds {
                for method in methods where type(of: method).card.role == nil {
                    for ratio in ratios { try add(method, ratio, seed) }
                }
            }
        }
        if cells.isEmpty {
            throw BenchError.noExamples(dataset: dataset.id, tasks: tasks.map { $0.card.id })
        }
        return GridPlan(backbone: backbone, cells: cells)
    }
}

/// The cells of a grid on one model: made, and refused where they cannot be, before anything is stored.
public struct GridPlan {
    let backbone: Backbone
    let cells: [PlannedCell]
}

/// One cell of the grid, before it has a place in the store.
struct PlannedCell {
    let method: any CompressionMethod
    let ratio: Ratio
    let task: any TaskAdapter.Type
    let seed: UInt64
    var examples: [Example]
    let examplesHash: String
    let dataset: String
    let compressor: StoredCompressor?
    /// Of the method's file and the task's.
    let sourceHash: String
    /// What was done to the examples; their hash is the one before.
    var control: Control?

    var card: MethodCard { type(of: method).card }

    /// `pic 16x qa`
    var label: String {
        (card.role == nil ? "\(card.id) \(ratio)x \(task.card.id)" : "\(card.id) \(task.card.id)")
            + (control.map { ", \($0.label)" } ?? "")
    }

    /// The row that identifies it: everything that makes it the same experiment is in the fingerprint.
    func record(on backbone: Backbone) -> CellRecord {
        let chat = backbone.format.chatTemplate.map { #""chatTemplate":"\#($0.family.rawValue)","# } ?? ""
        let decoding =
            #"{\#(chat)"prefix":\#(backbone.format.prefix),"stop":\#(backbone.format.stop.sorted()),"strategy":"greedy"}"#
        let parameters = control?.marking(method.parametersJSON) ?? method.parametersJSON
        let identity = [
            "1", backbone.contentHash, compressor?.contentHash ?? "", card.id, parameters,
            task.card.id,
            task.card.metricIDs.joined(separator: ","), examplesHash, "\(ratio.value)", "\(seed)", decoding,
            sourceHash,
        ]
        return CellRecord(
            fingerprint: SHA256.hex(of: identity.joined(separator: "\u{1f}")), modelName: backbone.name,
            modelHash: backbone.contentHash, adapterName: compressor?.card.name,
            adapterHash: compressor?.contentHash,
            methodID: card.id, methodName: method.label + (control.map { ", \($0.label)" } ?? ""),
            family: card.family.rawValue,
            role: card.role?.rawValue,
            isTrained: compressor != nil, isQueryAware: card.isQueryAware, parameters: parameters,
            taskID: task.card.id, taskName: task.card.name, primaryMetric: task.card.metricIDs[0],
            metrics: task.card.metricIDs, datasetID: dataset, datasetHash: examplesHash, ratio: ratio.value,
            seed: Int64(bitPattern: seed), decoding: decoding, exampleCount: examples.count)
    }
}
