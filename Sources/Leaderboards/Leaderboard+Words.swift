import Budgets

/// What tables of every kind say in the same words.
extension Leaderboard.Section {
    /// `Question answering: gazette, 200 examples in 50 documents`
    var title: String { "\(task): \(setting)" + (variant.map { " (\($0))" } ?? "") }

    package var setting: String {
        let way = interface.map { " over HTTP (\($0))" } ?? ""
        return "\(model)\(way) on \(dataset), \(examples) examples in \(documents) documents"
    }

    /// What the share of the way begins at.
    var floor: String {
        rows.flatMap(\.entries).contains { $0.shareOfWay?.floor == "another-document" }
            ? "somebody else's memories (or no context)" : "no context"
    }

    /// What a column of seconds shows.
    package var medians: String {
        let samples = rows.flatMap(\.entries).compactMap(\.latency?.samples)
        guard let least = samples.min(), let most = samples.max() else { return "median" }
        let count = (least == most ? "\(most)" : "\(least) to \(most)") + (most == 1 ? " prompt" : " prompts")
        let network = interface == nil ? "" : ", the network's time included"
        return
            (least < 6 ? "median of \(count), too few for an interval" : "median of \(count) (95% interval)")
            + network
    }

    /// What figures of trained methods are of, where they say less than they seem to: one line each.
    package var remarks: [String] {
        let trained = rows.filter { $0.role == nil && $0.isTrained }
        func trainings(_ row: Leaderboard.Row) -> Int { row.entries.map(\.trainings).max() ?? 0 }
        let once = trained.filter { trainings($0) == 1 }.map(\.method)
        let chosen = trained.filter { ($0.knownTrainings ?? 0) > trainings($0) && trainings($0) > 0 }
        var remarks: [String] = []
        if !once.isEmpty {
            remarks.append(
                "One training each: \(once.joined(separator: "; ")). What is said of them holds for these trainings, not for "
                    + "others of the same recipe.")
        }
        remarks += chosen.map {
            "\($0.method): \(trainings($0)) of \($0.knownTrainings ?? 0) trainings of its recipe are shown."
        }
        remarks += trained.compactMap { row in
            let beyond = row.entries.filter(\.isBeyondTraining).map { Figures.budget($0.budget) }
            return beyond.isEmpty
                ? nil
                : "\(row.method) at \(beyond.joined(separator: ", ")): beyond the ratios of its training."
        }
        remarks += trained.flatMap { row in
            row.entries.compactMap { entry in
                entry.trainingsThatTookOff.map {
                    "\(row.method) at \(Figures.budget(entry.budget)): \($0) of \(entry.trainings) trainings took off; the "
                        + "others are not above no context."
                }
            }
        }
        return remarks
    }

    var caption: String {
        let what = positions.isEmpty ? "by ratio" : ratios.isEmpty ? "by positions kept" : "by budget"
        return "\(headline), \(what)."
    }

    /// Ratios to show; one where there are only references.
    package var columns: [Budget] { budgets.isEmpty ? [.whole] : budgets }
}

extension Leaderboard.Row {
    /// `soft prompt, trained`, `soft prompt, 3 trainings`
    package var kind: String {
        if role != nil { return "reference" }
        let trainings = entries.map(\.trainings).max() ?? 0
        let trained = trainings > 1 ? ", \(trainings) trainings" : isTrained ? ", trained" : ""
        return Figures.family(family) + trained + (isQueryAware ? ", query-aware" : "")
    }
}

extension Leaderboard.Entry {
    /// What stands behind a score: the share of the way, trainings that did not take off, a ratio that was not
    /// trained, and whether the cell is not finished.
    package var marks: String {
        (shareOfWay.map { ", \(Figures.share($0)) of the way" } ?? "")
            + (trainingsThatTookOff.map { ", \($0) of \(trainings) trainings took off" } ?? "")
            + (isBeyondTraining ? ", beyond its training" : "")
            + (isPartial ? " (unfinished, \(examples) scored)" : "")
    }
}
