import Budgets
import Foundation
import Results

/// One question's cells in rows and entries, before the intervals, which are worked out for all together.
///
/// A section's cells differ in nothing but method, compressor, budget and seed; a row's in budget, seed and training;
/// an entry's in seed and training alone. Whatever else differs is a section or a row of its own, and says what it is.
struct SectionDraft {
    let cells: [StoredCell]
    /// By the headline metric.
    let scores: ScoreTable
    var rows: [Row]
    var variant: String?
    private let key: Key

    struct Row {
        let record: CellRecord
        /// What tells it from another row of the method: its compressor, the version of its code.
        let suffix: String
        /// Trainings of its recipe that the store knows; nil where it knows none.
        var knownTrainings: Int?
        var entries: [EntryDraft]
    }

    /// What a section's cells have in common.
    struct Key: Hashable {
        let model, dataset, task: String
        /// The fields of the identities that say what was asked, and how it was answered.
        let fields: [String: String]

        init(_ record: CellRecord) {
            model = record.modelHash
            dataset = record.datasetID
            task = record.taskID
            fields = record.identityFields.filter { !Self.ofMethod.contains($0.key) }
                .merging(["model": record.modelHash]) { _, model in model }
        }

        /// What belongs to a row or an entry.
        private static let ofMethod: Set = [
            "method", "methodSource", "parameters", "prepared", "beyondTraining", "budget", "seed", "dataset",
            "overflow",
        ]
    }

    /// - Parameters:
    ///   - cells: at least one, all with one key
    ///   - families: which compressors are trainings of one recipe
    init(_ cells: [StoredCell], _ families: TrainingFamilies) {
        self.cells = cells
        key = Key(cells[0].record)
        scores = ScoreTable(cells, metric: cells[0].record.primaryMetric)
        let scored = cells.filter { !$0.scores.isEmpty }
        rows = Leaderboard.groups(scored) { [$0.record.methodID, $0.record.parameters] }
            .flatMap { Self.rows($0, families) }
        for i in rows.indices { rows[i].knownTrainings = families.count(like: rows[i].record) }
    }

    /// The finished cells of a reference.
    func references(_ role: String) -> [StoredCell] {
        cells.filter { $0.record.role == role && $0.state == .done }
    }

    /// What guessing scores: the method's own control at the budget where it was scored, otherwise no context.
    func floor(of record: CellRecord) -> [StoredCell] {
        guard record.control == nil else { return references("lower") }
        let control = cells.filter {
            let other = $0.record
            return other.control != nil && $0.state == .done && other.methodID == record.methodID
                && other.budget == record.budget && other.plainParameters == record.plainParameters
        }
        return control.isEmpty ? references("lower") : control
    }

    /// The rows of one method: one where its cells differ in budget, seed and training alone, otherwise one for each
    /// recipe, each version of its code, and each time that nothing known is different.
    private static func rows(_ cells: [StoredCell], _ families: TrainingFamilies) -> [Row] {
        func entries(_ cells: [StoredCell]) -> [EntryDraft] {
            Leaderboard.groups(cells, by: \.record.budget)
                .sorted { $0[0].record.budget < $1[0].record.budget }.map(EntryDraft.init)
        }
        func isOne(_ cells: [StoredCell]) -> Bool {
            Leaderboard.groups(cells) { "\($0.record.budget) \($0.record.seed)" }.allSatisfy { $0.count == 1 }
        }
        // Trainings of one recipe are what seeds are; each has its cells once.
        func isOneRecipe(_ cells: [StoredCell]) -> Bool {
            Leaderboard.groups(cells) { $0.record.adapterHash }.allSatisfy(isOne)
        }
        // A retrained compressor or changed code is a row of its own only where it competes with the one
        // before.
        if isOne(cells) { return [Row(record: cells[0].record, suffix: "", entries: entries(cells))] }
        let byRecipe = Leaderboard.groups(cells) { families.family(of: $0.record) }
        return byRecipe.flatMap { cells -> [Row] in
            let record = cells[0].record
            let compressor =
                byRecipe.count > 1
                ? record.adapterHash.map { ", \(record.adapterName ?? "") \($0.prefix(7))" } ?? "" : ""
            if isOneRecipe(cells) {
                return [Row(record: record, suffix: compressor, entries: entries(cells))]
            }
            return Leaderboard.groups(cells) { $0.record.identityFields["methodSource"] }.flatMap { cells in
                let source = cells[0].record.identityFields["methodSource"].map(short) ?? "unknown"
                let code = compressor + ", code \(source)"
                if isOneRecipe(cells) {
                    return [Row(record: cells[0].record, suffix: code, entries: entries(cells))]
                }
                return cells.map {
                    Row(record: $0.record, suffix: "\(code), cell \($0.id)", entries: entries([$0]))
                }
            }
        }
    }

    /// Says of sections that look alike what is different.
    static func tellApart(_ drafts: inout [SectionDraft]) {
        let alike = Leaderboard.groups(Array(drafts.indices)) {
            [drafts[$0].cells[0].record.modelName, drafts[$0].key.dataset, drafts[$0].key.task]
        }
        for places in alike where places.count > 1 {
            let all = places.map { drafts[$0].key.fields }
            let fields = Set(all.flatMap(\.keys)).sorted().filter { field in
                Set(all.map { $0[field] }).count > 1
            }
            for place in places {
                let own = drafts[place].key.fields
                drafts[place].variant = fields.map { field in
                    own[field].map { "\(field) \(short($0))" } ?? "\(field) not known"
                }.joined(separator: ", ")
            }
        }
    }

    private static func short(_ value: String) -> String { CellRecord.short(value, digits: 7) }

    static func fillIntervals(of drafts: inout [SectionDraft]) {
        let means = drafts.flatMap { $0.rows.flatMap { $0.entries.flatMap(\.clusters) } }
        var left = Statistics.intervals(of: means)[...]
        for d in drafts.indices {
            for r in drafts[d].rows.indices {
                for e in drafts[d].rows[r].entries.indices {
                    let count = drafts[d].rows[r].entries[e].clusters.count
                    drafts[d].rows[r].entries[e].intervals = Array(left.prefix(count))
                    left = left.dropFirst(count)
                }
            }
        }
    }
}
