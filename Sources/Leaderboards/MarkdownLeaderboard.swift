import Budgets

/// A leaderboard as one Markdown file.
public enum MarkdownLeaderboard {
    public static func render(_ board: Leaderboard) -> String {
        var parts = ["# Leaderboard\n", introduction]
        if board.sections.isEmpty { parts.append("There are no results in this file yet.\n") }
        for section in board.sections {
            parts.append("## \(Markdown.text(section.title))\n")
            parts.append(Markdown.text(section.caption) + "\n")
            parts.append(scores(section).markdown)
            parts += section.remarks.map { Markdown.text($0) + "\n" }
            parts.append("All scores, and what an answer costs: milliseconds, \(section.medians).\n")
            parts.append(details(section).markdown)
            if let warning = section.warning { parts.append("Warning: \(Markdown.text(warning)).\n") }
            if !section.failures.isEmpty {
                parts.append("Failed:\n")
                parts.append(
                    section.failures.map {
                        "- \(Markdown.text($0.method)) at \(Figures.budget($0.budget)): \(Markdown.text($0.reason))\n"
                    }.joined())
            }
        }
        parts.append(contentsOf: provenance(board))
        return parts.joined(separator: "\n")
    }

    private static let introduction = """
        Scores are percentages with 95% intervals over documents, and over trainings where there are
        several; higher is better. A ratio is context tokens ÷ decoder positions kept. *Of the way* is
        how far a score is from what guessing gets (no context, or somebody else's memories where those
        were scored) to the full context. Bold: ahead of every other method, whatever the family, by
        paired tests that count documents and trainings as random (p < 0.05, Holm's correction over a
        table's tests).

        """

    private static func scores(_ section: Leaderboard.Section) -> TextTable {
        let budgets = section.columns
        return TextTable(
            ["Method", "Kind"], numbers: budgets.map(Figures.budget), families: section.families
        ) { row in
            let scores = budgets.map { budget in
                guard let entry = row.entry(at: budget), let score = entry.scores.first else { return "" }
                let figure = Figures.interval(score)
                return (entry.isBest ? "**\(figure)**" : figure) + entry.marks
            }
            return [[Markdown.text(row.method), Markdown.text(row.kind)] + scores]
        }
    }

    private static func details(_ section: Leaderboard.Section) -> TextTable {
        let metrics = section.metrics
        let numbers =
            ["Ratio", "Achieved"] + metrics.map { Markdown.text(section.name(of: $0)) }
            + ["Positions", "KV", "Compress", "Prefill", "Decode a token"]
        return TextTable(["Method"], numbers: numbers, families: section.families) { row in
            row.entries.map { entry in
                let scores = metrics.map { metric in
                    entry.scores.first { $0.metric == metric }.map(Figures.interval) ?? ""
                }
                let latency =
                    entry.latency.map {
                        [$0.compress, $0.prefill, $0.decodePerToken].map(Figures.milliseconds)
                    }
                    ?? ["", "", ""]
                return [
                    Markdown.text(row.method), row.role == nil ? Figures.budget(entry.budget) : "",
                    entry.achievedRatio.map { "\(Figures.fixed($0, 2))x" } ?? "",
                ] + scores + [
                    Figures.fixed(entry.keptPositions, 1), entry.keptBytes.map(Figures.bytes) ?? "",
                ]
                    + latency
            }
        }
    }

    private static func provenance(_ board: Leaderboard) -> [String] {
        guard !board.runs.isEmpty else { return [] }
        var parts = [
            "## What was run where\n", board.runTable(text: Markdown.text, command: Markdown.code).markdown,
        ]
        let models = Leaderboard.groups(board.sections, by: \.modelHash).map {
            "- model \(Markdown.code($0[0].model)), hash \(Markdown.code(String($0[0].modelHash.prefix(12))))\n"
        }
        let compressors = board.trainings.map {
            "- compressor \(Markdown.code($0.name)) (\(Markdown.text($0.methodID))), hash "
                + "\(Markdown.code(String($0.outputHash.prefix(12)))), trained "
                + "\($0.finishedAt), threads: \($0.threads)\n"
        }
        parts.append((models + compressors).joined())
        return parts
    }
}

extension Leaderboard {
    /// Who ran what where.
    /// - Parameters:
    ///   - text: how what somebody's machine says of itself is written
    ///   - command: how a command is
    package func runTable(
        text: (String) -> String = { $0 }, command: (String) -> String = { $0 }
    ) -> TextTable {
        TextTable(
            ["Run", "Date", "Host", "Processor", "Threads", "System", "picbench", "Revision", "Command"],
            rows: runs.map {
                [
                    "\($0.id)", $0.startedAt, text($0.host), text($0.cpu), "\($0.threads)", text($0.os),
                    text($0.toolVersion), text($0.gitRevision ?? ""), command($0.command),
                ]
            })
    }
}
