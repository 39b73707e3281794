import Budgets
import Foundation
import Results

/// One question's cells in rows and entries, before the intervals, which are worked out for all together.
///
/// A section's cells differ in nothing but method, compressor, budget and seed; a row's in budget and seed;
/// an entry's in seed alone. Whatever else differs is a section or a row of its own, and says what it is.
struct SectionDraft {
    let cells: [StoredCell]
    var rows: [Row]
    var variant: String?
    private let key: Key

    struct Row {
        let record: CellRecord
        /// What tells it from another row of the method: its compressor, the version of its code.
        let suffix: String
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
            "method", "methodSource", "parameters", "prepared", "budget", "seed", "dataset", "overflow",
        ]
    }

    /// - Parameter cells: at least one, all with one key
    init(_ cells: [StoredCell]) {
        self.cells = cells
        key = Key(cells[0].record)
        let scored = cells.filter { !$0.scores.isEmpty }
        rows = Leaderboard.groups(scored) { [$0.record.methodID, $0.record.parameters] }.flatMap(Self.rows)
    }

    /// The rows of one method: one where its cells differ in budget and seed alone, otherwise one for each
    /// compressor, each version of its code, and each time that nothing known is different.
    private static func rows(_ cells: [StoredCell]) -> [Row] {
        func entries(_ cells: [StoredCell]) -> [EntryDraft] {
            Leaderboard.groups(cells, by: \.record.budget)
                .sorted { $0[0].record.budget < $1[0].record.budget }.map(EntryDraft.init)
        }
        func isOne(_ cells: [StoredCell]) -> Bool {
            Leaderboard.groups(cells) { "\($0.record.budget) \($0.record.seed)" }.allSatisfy { $0.count == 1 }
        }
        // A retrained compressor or changed code is a row of its own only where it competes with the one
        // before.
        if isOne(cells) { return [Row(record: cells[0].record, suffix: "", entries: entries(cells))] }
        let byCompressor = Leaderboard.groups(cells) { $0.record.adapterHash }
        return byCompressor.flatMap { cells -> [Row] in
            let record = cells[0].record
            let compressor =
                byCompressor.count > 1
                ? record.adapterHash.map { ", \(record.adapterName ?? "") \($0.prefix(7))" } ?? "" : ""
            if isOne(cells) { return [Row(record: record, suffix: compressor, entries: entries(cells))] }
            return Leaderboard.groups(cells) { $0.record.identityFields["methodSource"] }.flatMap { cells in
                let source = cells[0].record.identityFields["methodSource"].map(short) ?? "unknown"
                let code = compressor + ", code \(source)"
                if isOne(cells) {
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
