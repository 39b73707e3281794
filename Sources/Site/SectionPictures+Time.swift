import Leaderboards

/// What compressing costs, and when it has paid: thin bars of a method's budgets, one below the other.
extension SectionPictures {
    private var order: String {
        let budgets = section.budgets.map(Figures.budget)
        return budgets.count > 1
            ? " A method's bars: \(budgets.joined(separator: ", ")), from the top." : ""
    }

    var latencyParts: PanelRow? {
        func parts(_ latency: Leaderboard.Latency) -> [Double] {
            [
                latency.compress.median, latency.prefill.median,
                Self.answerTokens * latency.decodePerToken.median,
            ].map { 1000 * $0 }
        }
        let lengths = section.rows.flatMap(\.entries).compactMap(\.latency).map { parts($0).reduce(0, +) }
        let end = BarChart.end(of: lengths)
        return panels(
            "Latency of the first answer, milliseconds",
            "Compressing the context, prefill to the first token, \(Int(Self.answerTokens)) tokens; medians."
                + order
        ) { rows, picture in
            let timed = rows.map { row in
                (row: row, latencies: row.entries.compactMap { entry in entry.latency.map { (entry, $0) } })
            }.filter { !$0.latencies.isEmpty }
            guard timed.contains(where: { $0.row.role == nil }) else { return nil }
            let table = TextTable(
                ["Method"], numbers: ["Ratio", "Compress, ms", "Prefill, ms", "Decode a token, ms"],
                rows: timed.flatMap { row, latencies in
                    latencies.map { entry, latency in
                        [row.method, row.role == nil ? Figures.budget(entry.budget) : ""]
                            + [latency.compress, latency.prefill, latency.decodePerToken].map(
                                Figures.milliseconds)
                    }
                })
            let chart = BarChart(
                partNames: ["compress", "prefill", "\(Int(Self.answerTokens)) tokens"],
                groups: timed.map { row, latencies in
                    .init(name: row.method, bars: latencies.map { parts($0.1) })
                }, label: { Figures.fixed($0, 0) }, end: end)
            return picture.drawn(chart, table)
        }
    }

    /// How many questions about one context it takes until compressing it has paid.
    var breakEven: PanelRow? {
        guard let full = reference("upper").flatMap(\.latency) else { return nil }
        func saved(_ latency: Leaderboard.Latency) -> Double {
            full.prefill.median - latency.prefill.median
                + Self.answerTokens * (full.decodePerToken.median - latency.decodePerToken.median)
        }
        /// Nil where it never pays, or costs nothing.
        func questions(_ latency: Leaderboard.Latency) -> Double? {
            let count = latency.compress.median / saved(latency)
            return saved(latency) > 0 && count > 0.005 ? count : nil
        }
        let all = methods.flatMap(\.entries).compactMap(\.latency).compactMap(questions)
        let end = BarChart.end(of: all)
        return panels(
            "Questions until compressing has paid",
            "Compressing ÷ what one question saves against the full context; no bar where that is never or at once."
                + order
        ) { rows, picture in
            let timed = rows.filter { $0.role == nil }
            guard timed.contains(where: { $0.entries.contains { $0.latency.flatMap(questions) != nil } })
            else { return nil }
            let table = TextTable(
                ["Method"], numbers: ["Ratio", "Saved a question, ms", "Compressing, ms", "Questions"],
                rows: timed.flatMap { row in
                    row.entries.compactMap { entry in
                        guard let latency = entry.latency else { return nil }
                        let saved = saved(latency)
                        return [
                            row.method, Figures.budget(entry.budget), Figures.fixed(1000 * saved, 2),
                            Figures.fixed(1000 * latency.compress.median, 2),
                            saved <= 0 ? "never" : Figures.fixed(latency.compress.median / saved, 1),
                        ]
                    }
                })
            let chart = BarChart(
                partNames: ["questions"],
                groups: timed.map { row in
                    .init(
                        name: row.method,
                        bars: row.entries.map { [$0.latency.flatMap(questions) ?? 0] })
                }, label: { Figures.fixed($0, 1) }, end: end)
            return picture.drawn(chart, table)
        }
    }
}

extension Picture {
    fileprivate func drawn(_ chart: BarChart, _ table: TextTable) -> Picture {
        var picture = self
        picture.drawing = chart.draw()
        picture.height = chart.height
        picture.data = table
        return picture
    }
}
