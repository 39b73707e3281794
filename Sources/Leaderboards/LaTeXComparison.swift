/// A comparison as a LaTeX table (booktabs), ready to paste.
public enum LaTeXComparison {
    public static func render(_ comparison: Comparison) -> String {
        let table = comparison.table(scores: comparison.scoreTitles)
        func line(_ cells: [String]) -> String {
            "    " + cells.map(LaTeXLeaderboard.escaped).joined(separator: " & ") + " \\\\"
        }
        let columns = table.columns.map { $0.isNumeric ? "r" : "l" }.joined()
        let remarks = comparison.remarks.map { " " + LaTeXLeaderboard.escaped($0) }.joined()
        return
            ([
                "% \\usepackage{booktabs}", "\\begin{table}", "  \\centering",
                "  \\caption{\(LaTeXLeaderboard.escaped(comparison.title)), paired over documents.\(remarks)}",
                "  \\begin{tabular}{\(columns)}", "    \\toprule", line(table.columns.map(\.title)),
                "    \\midrule",
            ] + table.rows.map(line) + [
                "    \\bottomrule", "  \\end{tabular}", "\\end{table}", "",
            ]).joined(separator: "\n")
    }
}
