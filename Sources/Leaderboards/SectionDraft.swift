import Results

/// One task's cells in rows and entries, before the intervals, which are worked out for all together.
struct SectionDraft {
    let cells: [StoredCell]
    var rows: [Row]

    struct Row {
        let record: CellRecord
        /// Whether its compressor has to be told from another one's.
        let namesAdapter: Bool
        var entries: [EntryDraft]
    }

    /// - Parameter cells: at least one, all of one model, dataset and task
    init(_ cells: [StoredCell]) {
        self.cells = cells
        let scored = cells.filter { !$0.scores.isEmpty }
        let byMethod = Leaderboard.groups(scored) { [$0.record.methodID, $0.record.parameters] }
        // A retrained compressor is a row of its own only where it competes with the one before.
        let byRow = byMethod.flatMap { cells in
            let atOneRatio = Leaderboard.groups(cells) { "\($0.record.ratio) \($0.record.seed)" }
            return atOneRatio.allSatisfy { $0.count == 1 }
                ? [(cells, false)] : Leaderboard.groups(cells) { $0.record.adapterHash }.map { ($0, true) }
        }
        rows = byRow.map { cells, namesAdapter in
            Row(
                record: cells[0].record, namesAdapter: namesAdapter,
                entries: Leaderboard.groups(cells, by: \.record.ratio)
                    .sorted { $0[0].record.ratio < $1[0].record.ratio }.map(EntryDraft.init))
        }
    }

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
