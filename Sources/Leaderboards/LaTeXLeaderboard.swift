import Budgets
import Files

/// A leaderboard as LaTeX tables (booktabs), ready to paste: one a task.
public enum LaTeXLeaderboard {
    public static func render(_ board: Leaderboard) -> String {
        "% \\usepackage{booktabs}\n" + board.sections.map(table).joined(separator: "\n")
    }

    private static func table(_ section: Leaderboard.Section) -> String {
        let budgets = section.columns
        var lines = [
            "\\begin{table}", "  \\centering",
            "  \\caption{\(escaped(section.title)). \(escaped(section.headline)), "
                + "95\\% interval over documents and trainings. Bold: ahead of every other method "
                + "($p < 0.05$, paired tests, Holm's correction).\(remarks(section))}",
            "  \\begin{tabular}{l\(String(repeating: "r", count: budgets.count))}", "    \\toprule",
            "    "
                + (["Method"] + budgets.map(heading)).joined(
                    separator: " & ") + " \\\\",
        ]
        for group in section.families {
            lines.append("    \\midrule")
            if let title = group.title {
                lines.append(
                    "    \\multicolumn{\(budgets.count + 1)}{l}{\\textit{\(escaped(title))}} \\\\")
            }
            lines += group.elements.map { line($0, budgets) }
        }
        lines += ["    \\bottomrule", "  \\end{tabular}", "\\end{table}", ""]
        return lines.joined(separator: "\n")
    }

    private static func remarks(_ section: Leaderboard.Section) -> String {
        section.remarks.map { " " + escaped($0) }.joined()
    }

    private static func line(_ row: Leaderboard.Row, _ budgets: [Budget]) -> String {
        let scores = budgets.map { budget in
            guard let entry = row.entry(at: budget), let score = entry.scores.first else { return "--" }
            let mean = Figures.mean(score)
            let shown = entry.isBest ? "\\textbf{\(mean)}" : mean
            return
                "\(shown) {\\small [\(Figures.number(score.low, of: score)), \(Figures.number(score.high, of: score))]}"
        }
        return "    " + ([escaped(row.method)] + scores).joined(separator: " & ") + " \\\\"
    }

    private static func heading(_ budget: Budget) -> String {
        switch budget {
        case .ratio(let ratio): "$\(ratio)\\times$"
        case .positions: Figures.budget(budget)
        }
    }

    static func escaped(_ text: String) -> String {
        var result = ""
        // A line end would end a table's row, and two of them its paragraph.
        for character in text.shown {
            switch character {
            case "&", "%", "$", "#", "_", "{", "}": result += "\\\(character)"
            case "~": result += "\\textasciitilde{}"
            case "^": result += "\\textasciicircum{}"
            case "\\": result += "\\textbackslash{}"
            case _: result.append(character)
            }
        }
        return result
    }
}
