/// A leaderboard as LaTeX tables (booktabs), ready to paste: one a task.
public enum LaTeXLeaderboard {
    public static func render(_ board: Leaderboard) -> String {
        "% \\usepackage{booktabs}\n" + board.sections.map(table).joined(separator: "\n")
    }

    private static func table(_ section: Leaderboard.Section) -> String {
        let ratios = section.columns
        var lines = [
            "\\begin{table}", "  \\centering",
            "  \\caption{\(escaped(section.title)). \(escaped(Figures.metric(section.primaryMetric))) in \\%, "
                + "95\\% bootstrap interval over documents.}",
            "  \\begin{tabular}{l\(String(repeating: "r", count: ratios.count))}", "    \\toprule",
            "    "
                + (["Method"] + ratios.map { "$\(Figures.ratio($0).dropLast())\\times$" }).joined(
                    separator: " & ") + " \\\\",
            "    \\midrule",
        ]
        for row in section.rows {
            let scores = ratios.map { ratio in
                guard let entry = row.entry(at: ratio), let score = entry.scores.first else { return "--" }
                let mean = Figures.score(score.mean)
                let shown = entry.isBest ? "\\textbf{\(mean)}" : mean
                return "\(shown) {\\small [\(Figures.score(score.low)), \(Figures.score(score.high))]}"
            }
            lines.append("    " + ([escaped(row.method)] + scores).joined(separator: " & ") + " \\\\")
        }
        lines += ["    \\bottomrule", "  \\end{tabular}", "\\end{table}", ""]
        return lines.joined(separator: "\n")
    }

    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
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
