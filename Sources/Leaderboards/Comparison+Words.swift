import Foundation

extension Comparison {
    /// `PIC against ICAE`
    var title: String {
        "\(methods[0]) against \(methods.dropFirst().joined(separator: ", "))"
    }

    /// How the figures were made, and what they hold for; a line each.
    var remarks: [String] {
        var remarks: [String] = []
        let seeded = rows.filter { max($0.firstSeeds, $0.secondSeeds) > 1 }
        if !seeded.isEmpty {
            let counts = Leaderboard.groups(
                seeded.flatMap { [($0.first, $0.firstSeeds), ($0.second, $0.secondSeeds)] }, by: \.0
            ).map { "\($0[0].0) \($0.map(\.1).max() ?? 1)" }
            remarks.append(
                "Documents, and trainings or seeds (\(counts.joined(separator: ", "))), are random: crossed analysis of "
                    + "variance, Satterthwaite's t.")
        }
        if !oneTraining.isEmpty {
            remarks.append(
                "One training each: \(oneTraining.joined(separator: ", ")). What is said here holds for these trainings, not for "
                    + "others of the same recipe.")
        }
        if rows.count > 1 {
            remarks.append(
                "Intervals and p are each of one comparison; the last p is corrected for all \(rows.count).")
        }
        if rows.contains(where: \.isLowerBetter) {
            let names = Leaderboard.groups(rows.filter(\.isLowerBetter), by: \.metric).map {
                Figures.metric($0[0].metric)
            }
            remarks.append("Less is better: \(names.joined(separator: ", ")).")
        }
        return remarks
    }

    /// Columns of texts, then of numbers, and their rows; models and datasets only where there are several.
    func table(scores: (first: String, second: String)) -> TextTable {
        func differ(_ value: (Row) -> String) -> Bool { Set(rows.map(value)).count > 1 }
        let texts: [(title: String, text: (Row) -> String)] = [
            (title: "task", text: \.taskID), (title: "model", text: \.model),
            (title: "dataset", text: \.dataset),
            (title: "against", text: \.second),
        ].filter { $0.title == "task" || differ($0.text) }
        return TextTable(
            texts.map(\.title),
            numbers: [
                "metric", "ratio", "documents", scores.first, scores.second, "difference (95%)", "relative",
                "p", "p, Holm",
            ],
            rows: rows.map { row in
                func shown(_ value: Double) -> String {
                    row.isShare ? Figures.score(value) : Figures.fixed(value, 3)
                }
                func signed(_ value: Double) -> String { Figures.signed(value, isShare: row.isShare) }
                return texts.map { $0.text(row) } + [
                    Figures.metric(row.metric), Figures.budget(row.budget), "\(row.documents)",
                    shown(row.firstScore), shown(row.secondScore),
                    "\(signed(row.difference)) (\(signed(row.low)) to \(signed(row.high)))",
                    row.relative.map { Figures.signed($0, isShare: true) + "%" } ?? "",
                    Figures.pValue(row.pValue), Figures.pValue(row.correctedPValue),
                ]
            })
    }

    /// What stands over the columns of scores.
    var scoreTitles: (first: String, second: String) {
        (methods[0], methods.count == 2 ? methods[1] : "the other")
    }
}
