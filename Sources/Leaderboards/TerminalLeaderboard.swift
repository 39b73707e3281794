import Files

/// A leaderboard for a terminal or a log: scores of every task, then what an answer costs.
public enum TerminalLeaderboard {
    /// - Parameter color: whether the reader's terminal shows colours
    public static func render(_ board: Leaderboard, color: Bool) -> String {
        var text = ""
        for section in board.sections {
            text += bold(section.title.shown, color) + "\n"
            text +=
                "\(section.headline.shown), 95% interval, share of the way from \(section.floor) to full context\n"
            let rows = section.families.flatMap(\.elements)
            text += scores(section).plain { line, row in
                guard color else { return line }
                guard let row else { return "\u{1b}[2m\(line)\u{1b}[0m" }
                return rows[row].role == nil ? line : "\u{1b}[36m\(line)\u{1b}[0m"
            }
            if section.rows.contains(where: { $0.entries.contains(where: \.isPartial) }) {
                text += "* not finished\n"
            }
            for remark in section.remarks { text += remark.shown + "\n" }
            if let warning = section.warning { text += "warning: \(warning.shown)\n" }
            for failure in section.failures {
                text +=
                    "failed: \(failure.method.shown) at \(Figures.budget(failure.budget)): \(failure.reason.shown)\n"
            }
            text += "\n"
        }
        for sections in Leaderboard.groups(board.sections, by: { $0.modelHash + $0.dataset }) {
            guard
                let section = sections.first(where: {
                    $0.rows.contains { $0.entries.contains { $0.latency != nil } }
                })
            else { continue }
            text += bold("What an answer costs (\(section.task.lowercased().shown))", color) + "\n"
            text += "milliseconds, \(section.medians); KV: keys and values of the kept context\n"
            text +=
                costs(section).plain { line, row in color && row == nil ? "\u{1b}[2m\(line)\u{1b}[0m" : line }
                + "\n"
        }
        return text
    }

    private static func scores(_ section: Leaderboard.Section) -> TextTable {
        TextTable(
            ["method"], numbers: section.columns.flatMap { [Figures.budget($0), ""] },
            families: section.families
        ) { row in
            let scores = section.columns.flatMap { budget -> [String] in
                guard let entry = row.entry(at: budget), let score = entry.scores.first else {
                    return ["", ""]
                }
                return [
                    Figures.interval(score) + (entry.isPartial ? "*" : ""),
                    entry.shareOfWay.map(Figures.share) ?? "",
                ]
            }
            return [[row.method] + scores]
        }
    }

    private static func costs(_ section: Leaderboard.Section) -> TextTable {
        let titles = ["ratio", "achieved", "KV", "compress", "prefill", "decode a token"]
        return TextTable(["method"], numbers: titles, families: section.families) { row in
            row.entries.compactMap { entry in
                guard let latency = entry.latency else { return nil }
                return [
                    row.method, row.role == nil ? Figures.budget(entry.budget) : "",
                    entry.achievedRatio.map { "\(Figures.fixed($0, 1))x" } ?? "",
                    entry.keptBytes.map(Figures.bytes) ?? "",
                    Figures.milliseconds(latency.compress), Figures.milliseconds(latency.prefill),
                    Figures.milliseconds(latency.decodePerToken),
                ]
            }
        }
    }

    private static func bold(_ text: String, _ color: Bool) -> String {
        color ? "\u{1b}[1m\(text)\u{1b}[0m" : text
    }
}
