/// A comparison for a terminal or a log.
public enum TerminalComparison {
    public static func render(_ comparison: Comparison) -> String {
        var text = comparison.title + (comparison.rows.contains(where: \.isShare) ? ", scores in %" : "")
        text += ", paired over documents\n" + comparison.table(scores: comparison.scoreTitles).plain()
        text += comparison.remarks.map { $0 + "\n" }.joined()
        for curves in Leaderboard.groups(comparison.curves, by: \.second) {
            text += Self.curves(curves, first: curves[0].first, second: curves[0].second)
        }
        return text
    }

    private static func curves(_ curves: [Comparison.Curve], first: String, second: String) -> String {
        let table = TextTable(
            ["quality"],
            numbers: [
                "best of \(first)", "best of \(second)", "\(second) there at", "\(first) there at",
                "time saved",
            ],
            rows: curves.map { curve in
                [
                    curve.quality, Figures.score(curve.firstBest), Figures.score(curve.secondBest),
                    place(curve.secondStep, curve.secondSeconds),
                    curve.firstStep.map { place($0, curve.firstSeconds ?? 0) } ?? "never",
                    curve.saved.map { Figures.share($0) } ?? "",
                ]
            })
        return
            "\nTraining: when \(first) reaches what \(second) has at its best (em@SUBJECTS/RATIO, validation), one training each\n"
            + table.plain()
    }

    private static func place(_ step: Int, _ seconds: Double) -> String {
        "step \(step), \(Figures.fixed(seconds, 0)) s"
    }
}
