import ArgumentParser
import Foundation
import Results

struct ListCellsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cells", abstract: "The cells of a results file, and what makes them different.",
        discussion: """
            A cell is one experiment: a method at a budget on a task. --why says for a cell what in
            its identity differs from the other cells of its method, task and budget: why it was
            scored again, or why two rows are not one.

                picbench list cells --db results.sqlite
                picbench list cells --why 12
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var options: ListOptions

    @Option(help: "A cell's number.")
    var why: Int64?

    private struct Item: Encodable {
        let id: Int64
        let state, method, budget, task, model, dataset: String
        let seed: Int64
        let examples: Int
        let compressor: String?
        let identity: String
    }

    private struct Difference: Encodable {
        /// The other cell.
        let cell: Int64
        let field, here, there: String
    }

    func run() throws {
        let (cells, doubts) = try store.openForReading().cells()
        if let why { try explain(why, cells) } else { try list(cells) }
        guard doubts.isEmpty else {
            throw ResultsError.doubtful(path: store.db.path, damage: nil, cells: doubts)
        }
    }

    private func explain(_ why: Int64, _ cells: [StoredCell]) throws {
        guard let cell = cells.first(where: { $0.id == why }) else {
            throw UsageError(
                "\(store.db) has no cell \(why); its cells are "
                    + (cells.isEmpty ? "none" : "\(cells[0].id) to \(cells[cells.count - 1].id)"))
        }
        let own = cell.record
        let others = cells.filter {
            $0.id != why && $0.record.methodID == own.methodID && $0.record.taskID == own.taskID
                && $0.record.budget == own.budget
        }
        let differences = others.flatMap { other in
            Self.differences(own.identityFields, other.record.identityFields).map {
                Difference(cell: other.id, field: $0.field, here: $0.here, there: $0.there)
            }
        }
        if differences.isEmpty, !options.json {
            return try Output.text(
                "cell \(why) is the only one of \(own.methodID) at \(own.budget) on \(own.taskID)\n")
        }
        try options.show(differences, ["other cell", "field", "cell \(why)", "there"]) {
            [
                "\($0.cell)", $0.field, CellRecord.short($0.here, digits: 12),
                CellRecord.short($0.there, digits: 12),
            ]
        }
    }

    private func list(_ cells: [StoredCell]) throws {
        let items = cells.map { cell in
            let record = cell.record
            return Item(
                id: cell.id, state: cell.state.rawValue, method: record.methodName,
                budget: "\(record.budget)", task: record.taskID, model: record.modelName,
                dataset: record.datasetID, seed: record.seed, examples: record.exampleCount,
                compressor: record.adapterName, identity: record.identity)
        }
        try options.show(
            items, ["cell", "state", "method", "budget", "task", "model", "dataset", "seed", "compressor"]
        ) {
            [
                "\($0.id)", $0.state, $0.method, $0.budget, $0.task, $0.model, $0.dataset, "\($0.seed)",
                $0.compressor ?? "",
            ]
        }
    }

    static func differences(
        _ a: [String: String], _ b: [String: String]
    ) -> [(field: String, here: String, there: String)] {
        Set(a.keys).union(b.keys).sorted().filter { a[$0] != b[$0] }.map {
            ($0, a[$0] ?? "(not known)", b[$0] ?? "(not known)")
        }
    }
}
