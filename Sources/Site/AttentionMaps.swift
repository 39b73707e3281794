import Leaderboards
import Results

/// Where memory tokens look, by method and ratio: the pictures and the numbers as a file.
struct AttentionMaps {
    /// One method at one ratio.
    private struct Map {
        let name: String
        let cell: StoredCell
        let attention: MemoryAttentionRecord
    }

    private let maps: [Map]

    init(_ board: Leaderboard, _ snapshot: Snapshot) {
        let names = board.sections.flatMap(\.rows).flatMap { row in
            row.entries.flatMap(\.cells).map { ($0, row.method) }
        }
        let byCell = Dictionary(names) { first, _ in first }
        let found = snapshot.cells.compactMap { cell -> Map? in
            guard let attention = cell.attention, let name = byCell[cell.id] else { return nil }
            return Map(name: name, cell: cell, attention: attention)
        }
        // Seeds and tasks of one method look alike; the first speaks for them.
        maps = Leaderboard.groups(found) {
            [$0.name, "\($0.cell.record.budget)", $0.cell.record.modelHash, $0.cell.record.datasetID]
        }.map { $0[0] }
    }

    var isEmpty: Bool { maps.isEmpty }

    var parts: [Markup] {
        guard !maps.isEmpty else { return [] }
        return [
            .element("h2", ["id": "attention"], "Where memory tokens look"),
            .element(
                "p", ["class": "soft"],
                """
                Attention of each memory token over the context, averaged over documents, layers and heads. \
                A memory token's own stretch is the part of the context that it stands for. All numbers: \

                """, .element("a", ["href": "attention.csv"], "attention.csv"), "."),
            .element("div", ["class": "pictures"], pictures.map(\.figure)),
        ]
    }

    private var pictures: [Picture] {
        Leaderboard.groups(maps) {
            [$0.cell.record.modelHash, $0.cell.record.datasetID, "\($0.cell.record.budget)"]
        }.map(picture)
    }

    private func picture(_ maps: [Map]) -> Picture {
        let record = maps[0].cell.record
        var table = TextTable(
            ["Method"],
            numbers: ["Memory token", "On the context, %", "Of it in its own stretch, %"]
                + (1...Self.parts).map { "Eighth \($0), %" })
        for map in maps {
            for (i, row) in map.attention.mass.enumerated() {
                let sum = row.reduce(0, +)
                table.rows.append(
                    [
                        map.name, "\(i + 1)", Figures.score(sum),
                        Figures.score(sum > 0 ? map.attention.ownMass(of: i) / sum : 0),
                    ] + Self.eighths(row).map(Figures.score))
            }
        }
        let several = Set(self.maps.map(\.cell.record.modelHash)).count > 1
        let chart = HeatMap(
            panels: maps.map {
                .init(
                    name: $0.name, mass: $0.attention.mass,
                    note: "\(Figures.share($0.attention.specialization)) in its own stretch")
            })
        return Picture(
            title: "At \(Figures.budget(record.budget))" + (several ? ", \(record.modelName)" : ""),
            description: maps.map {
                "\($0.name): \($0.attention.mass.count) memory tokens, on average "
                    + "\(Figures.share($0.attention.specialization)) of what they give the context "
                    + "goes to the stretch that each stands for."
            }.joined(separator: " "),
            drawing: chart.draw(), data: table, height: chart.height)
    }

    private static let parts = 8

    private static func eighths(_ row: [Double]) -> [Double] {
        var result = [Double](repeating: 0, count: parts)
        for (bin, mass) in row.enumerated() { result[bin * parts / row.count] += mass }
        return result
    }

    /// One line a memory token, one column a bin; maps with fewer bins leave the last ones empty.
    var csv: String {
        let bins = maps.map { $0.attention.mass.first?.count ?? 0 }.max() ?? 0
        let head =
            ["model", "dataset", "method", "ratio", "documents", "memory"] + (0..<bins).map { "bin\($0)" }
        return CSVLeaderboard.line(head)
            + maps.flatMap { map in
                map.attention.mass.enumerated().map { memory, row in
                    let record = map.cell.record
                    return CSVLeaderboard.line(
                        [
                            record.modelName, record.datasetID, map.name,
                            record.ratio.map { "\($0)" } ?? "\(record.budget)",
                            "\(map.attention.documents)", "\(memory)",
                        ] + row.map { Figures.fixed($0, 5) }
                            + [String](repeating: "", count: bins - row.count))
                }
            }.joined()
    }
}
