import Leaderboards
import Results

extension Study {
    /// Medians of the three parts of an answer, and after how many questions about one context
    /// compressing it is paid back.
    ///
    /// Without compression every question is prefilled behind the whole context.
    func latency(_ place: Place) throws -> TextTable {
        let arms = try arms(place, task: place.option("task"))
        let tokens = try Double(place.option("tokens")) ?? 16
        guard let full = arms.first(where: { $0.role == "upper" }).flatMap(Self.parts(of:)) else {
            throw StudyError.nothing(table: place.table, wanted: "the full context's latency")
        }
        var table = TextTable(
            ["Method"],
            numbers: [
                "Ratio", "Context", "Kept", "Compress, ms", "Prefill, ms", "Decode a token, ms",
                "Question, ms", "Break-even, questions",
            ])
        for arm in arms where !arm.isControl && arm.role != "lower" {
            for cells in Leaderboard.groups(arm.cells, by: \.record.budget) {
                guard let parts = Self.parts(of: Arm(cells)) else { continue }
                let saved = full.question(tokens) - parts.question(tokens)
                let isFull = arm.role == "upper"
                table.rows.append(
                    [
                        arm.name, isFull ? "" : Figures.budget(cells[0].record.budget),
                        Figures.fixed(parts.contextTokens, 0), Figures.fixed(parts.kept, 0),
                    ]
                        + [parts.compress, parts.prefill, parts.decode, parts.question(tokens)].map {
                            Figures.fixed(1000 * $0, 2)
                        }
                        + [
                            isFull
                                ? "" : saved > 0 ? "\(Int((parts.compress / saved).rounded(.up)))" : "never"
                        ])
            }
        }
        return table
    }

    /// Medians in seconds; means of tokens.
    private struct Parts {
        let compress: Double
        let prefill: Double
        let decode: Double
        let contextTokens: Double
        let kept: Double

        /// An answer of so many tokens behind a context that is compressed already.
        func question(_ tokens: Double) -> Double { prefill + tokens * decode }
    }

    private static func parts(of arm: Arm) -> Parts? {
        let records = arm.cells.flatMap(\.latencies)
        guard let latency = Leaderboard.Latency(records) else { return nil }
        let count = Double(records.count)
        return Parts(
            compress: latency.compress.median, prefill: latency.prefill.median,
            decode: latency.decodePerToken.median,
            contextTokens: Double(records.reduce(0) { $0 + $1.contextTokens }) / count,
            kept: Double(records.reduce(0) { $0 + $1.keptPositions }) / count)
    }
}
