/// A comparison for a terminal or a log.
public enum TerminalComparison {
    public static func render(_ comparison: Comparison) -> String {
        let (first, second) = (comparison.first, comparison.second)
        let titles = [
            "metric", "ratio", "documents", first, second, "difference (95%)", "relative", "p", "p, Holm",
        ]
        let table = TextTable(
            ["task"], numbers: titles,
            rows: comparison.rows.map { row in
                [
                    row.taskID, Figures.metric(row.metric), Figures.budget(row.budget), "\(row.documents)",
                    Figures.score(row.first), Figures.score(row.second),
                    "\(signed(100 * row.difference)) (\(signed(100 * row.low)) to \(signed(100 * row.high)))",
                    row.relative.map { signed(100 * $0) + "%" } ?? "", Figures.fixed(row.pValue, 4),
                    Figures.fixed(row.correctedPValue, 4),
                ]
            })
        var text = "\(first) against \(second), scores in %, paired over documents\n" + table.plain()
        guard !comparison.curves.isEmpty else { return text }
        let curves = TextTable(
            ["quality"],
            numbers: [
                "best of \(first)", "best of \(second)", "\(second) there at", "\(first) there at",
                "time saved",
            ],
            rows: comparison.curves.map { curve in
                [
                    curve.quality, Figures.score(curve.firstBest), Figures.score(curve.secondBest),
                    place(curve.secondStep, curve.secondSeconds),
                    curve.firstStep.map { place($0, curve.firstSeconds ?? 0) } ?? "never",
                    curve.saved.map { Figures.share($0) } ?? "",
                ]
            })
        text +=
            "\nTraining: when \(first) reaches what \(second) has at its best (em@SUBJECTS/RATIO, validation)\n"
        return text + curves.plain()
    }

    private static func place(_ step: Int, _ seconds: Double) -> String {
        "step \(step), \(Figures.fixed(seconds, 0)) s"
    }

    private static func signed(_ value: Double) -> String { (value < 0 ? "" : "+") + Figures.fixed(value, 1) }
}
