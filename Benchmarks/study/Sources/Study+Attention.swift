import Leaderboards
import Results

extension Study {
    /// How much of the attention that memory tokens give to the context stays in the stretch that each
    /// stands for.
    func attention(_ place: Place) throws -> TextTable {
        var table = TextTable(
            ["Method"],
            numbers: [
                "Ratio", "Memory tokens", "To the context, %", "of it to the own stretch, %", "if alike, %",
            ])
        for (arm, ratio, maps) in try attentionMaps(place) {
            func mean(_ value: (MemoryAttentionRecord) -> Double) -> Double {
                maps.reduce(0) { $0 + value($1) } / Double(maps.count)
            }
            let memories = maps[0].mass.count
            table.rows.append([
                arm.name, Figures.ratio(ratio), "\(memories)",
                Figures.score(mean { $0.mass.reduce(0) { $0 + $1.reduce(0, +) } / Double($0.mass.count) }),
                Figures.score(mean(\.specialization)), Figures.score(1 / Double(memories)),
            ])
        }
        return table
    }

    /// Maps at one ratio: a row a memory token, its context from the first token to the last.
    func maps(_ place: Place) throws -> TextTable {
        let wanted = try Double(place.option("ratio"))
        let shown = try attentionMaps(place).filter { $0.ratio == wanted }
        guard !shown.isEmpty else {
            throw StudyError.nothing(table: place.table, wanted: "attention at ratio \(wanted ?? 0)")
        }
        var table = TextTable(["Memory token"] + shown.map(\.arm.name))
        for row in 0..<(shown.map { $0.maps[0].mass.count }.max() ?? 0) {
            table.rows.append(["\(row + 1)"] + shown.map { Self.picture(of: row, in: $0.maps) })
        }
        return table
    }

    /// Trained methods with memory tokens by ratio, each with the maps of its training seeds, which are
    /// alike in shape.
    private func attentionMaps(_ place: Place) throws -> [(
        arm: Arm, ratio: Double, maps: [MemoryAttentionRecord]
    )] {
        let found = try arms(place, task: place.option("task")).filter { !$0.isControl }.flatMap { arm in
            arm.ratios.compactMap { ratio -> (Arm, Double, [MemoryAttentionRecord])? in
                let maps = arm.cells.filter { $0.record.ratio == ratio }.compactMap(\.attention)
                    .filter { !$0.mass.isEmpty }
                return maps.isEmpty ? nil : (arm, ratio, maps)
            }
        }
        guard !found.isEmpty else {
            throw StudyError.nothing(table: place.table, wanted: "attention of memory tokens")
        }
        return found
    }

    /// Eight heights from none to the map's most, four bins of 64 a character: `▁▁█▃▁▁`
    private static func picture(of row: Int, in maps: [MemoryAttentionRecord]) -> String {
        func mean(_ row: Int) -> [Double] {
            let rows = maps.filter { row < $0.mass.count }.map { $0.mass[row] }
            guard let bins = rows.first?.count else { return [] }
            return stride(from: 0, to: bins, by: 4).map { first in
                rows.reduce(0) { $0 + $1[first..<min(first + 4, bins)].reduce(0, +) } / Double(rows.count)
            }
        }
        let most = maps[0].mass.indices.flatMap(mean).max() ?? 0
        let heights = Array("▁▂▃▄▅▆▇█")
        return "`"
            + String(mean(row).map { heights[most > 0 ? min(7, Int(8 * $0 / most)) : 0] }) + "`"
    }
}
