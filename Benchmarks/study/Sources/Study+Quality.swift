import Leaderboards

extension Study {
    /// Scores of arms with intervals over documents and training seeds.
    func quality(_ place: Place) throws -> TextTable {
        let metric = try place.option("metric")
        let arms = try arms(place)
        let ratios = Set(arms.flatMap(\.ratios)).sorted()
        var table = TextTable(["Arm"], numbers: ["Trainings"] + ratios.map(Figures.ratio))
        for arm in arms {
            table.rows.append(
                [arm.name, try count(of: arm, metric, place)] + ratios.map { figure(of: arm, metric, at: $0) }
            )
        }
        return table
    }

    /// How many trainings an arm's figures are of, `4 of 6` where the place leaves some out; empty where nothing is trained.
    private func count(of arm: StudyArm, _ metric: String, _ place: Place) throws -> String {
        guard arm.isTrained else { return "" }
        func count(_ arm: StudyArm) -> Int {
            arm.ratios.compactMap { arm.clusters(metric, at: $0)?.count }.max() ?? 0
        }
        guard place.has("took-off-by") else { return "\(count(arm))" }
        return "\(count(arm)) of \(count(try self.arm(arm.name, place.ofAll)))"
    }

    /// The same at one ratio by kind of question.
    func kinds(_ place: Place) throws -> TextTable {
        let metric = try place.option("metric")
        let ratio = try place.number("ratio")
        let arms = try arms(place)
        var table = TextTable(["Asked for"], numbers: ["Questions"] + arms.map(\.name))
        for kind in arms[0].kinds {
            table.rows.append(
                [kind.name, "\(kind.count)"]
                    + arms.map { figure(of: $0, metric, at: ratio, kind: kind.name) })
        }
        return table
    }

    /// Pairs of arms, `pairs=pic:icae,pic-16:icae-16`: differences with intervals, and p-values that are corrected
    /// over the table (Holm): of the t test, and of seeds dealt out to the two arms at random, which assumes nothing of
    /// how trainings are spread but does not see documents. Where an arm has one training there is none.
    func contrasts(_ place: Place) throws -> TextTable {
        let metric = try place.option("metric")
        var rows: [(cells: [String], pValues: [Double?]?)] = []
        for pair in try place.pairs() {
            let (first, second) = (try arm(pair.first, place), try arm(pair.second, place))
            try requireSameQuestions([first, second])
            for ratio in first.ratios {
                guard let a = first.clusters(metric, at: ratio), let b = second.clusters(metric, at: ratio),
                    let difference = Contrast(a, against: b), let own = Contrast([(1, a)]),
                    let other = Contrast([(1, b)])
                else { continue }
                let interval = difference.interval
                let isOfOne = first.isTrained && a.count == 1 || second.isTrained && b.count == 1
                rows.append(
                    (
                        [
                            first.name, second.name, Figures.ratio(ratio), number(own.estimate, metric),
                            number(other.estimate, metric),
                            "\(signed(difference.estimate, metric)) "
                                + "(\(signed(interval.lowerBound, metric)) to \(signed(interval.upperBound, metric)))",
                        ], isOfOne ? nil : [difference.pValue, Self.pValueOfSeeds(a, b)]
                    ))
            }
        }
        let corrected = (0..<2).map { test in Self.corrected(rows.map { $0.pValues?[test] }) }
        return TextTable(
            ["First", "Second"],
            numbers: ["Ratio", "First's", "Second's", "Difference", "p, corrected", "by seeds, corrected"],
            rows: rows.enumerated().map { i, row in
                row.cells
                    + (row.pValues == nil
                        ? ["one training", ""] : corrected.map { $0[i].map(Figures.pValue) ?? "" })
            })
    }

    /// Holm's correction over those that there are.
    private static func corrected(_ pValues: [Double?]) -> [Double?] {
        var corrected = Statistics.holm(pValues.compactMap { $0 }).makeIterator()
        return pValues.map { $0.flatMap { _ in corrected.next() } }
    }

    /// How often seeds' means dealt out at random to two arms are at least as far apart: of all ways to deal them out.
    private static func pValueOfSeeds(_ first: [[Statistics.Cluster]], _ second: [[Statistics.Cluster]])
        -> Double?
    {
        let means = (first + second).map { seed in
            seed.reduce(0) { $0 + $1.sum } / Double(seed.reduce(0) { $0 + $1.count })
        }
        guard first.count > 1, second.count > 1, means.count <= 20 else { return nil }
        let total = means.reduce(0, +)
        func distance(_ sum: Double) -> Double {
            abs(sum / Double(first.count) - (total - sum) / Double(second.count))
        }
        let observed = distance(means.prefix(first.count).reduce(0, +))
        var (ways, extreme) = (0, 0)
        for chosen in 0..<(1 << means.count) where chosen.nonzeroBitCount == first.count {
            ways += 1
            let sum = means.indices.reduce(0) { $0 + (chosen >> $1 & 1 == 1 ? means[$1] : 0) }
            if distance(sum) >= observed - 1e-12 { extreme += 1 }
        }
        return Double(extreme) / Double(ways)
    }

    // MARK: - Numbers

    private static func isShare(_ metric: String) -> Bool { metric != "nats" }

    func number(_ value: Double, _ metric: String) -> String {
        Self.isShare(metric) ? Figures.score(value) : Figures.fixed(value, 3)
    }

    private func signed(_ value: Double, _ metric: String) -> String {
        Figures.signed(value, isShare: Self.isShare(metric))
    }

    /// An arm's mean, `74.2 (70.1–78.3)`; empty where it was not measured.
    func figure(
        of arm: StudyArm, _ metric: String, at ratio: Double, kind: String = StudyPart.allKinds
    ) -> String {
        guard let scores = arm.clusters(metric, at: ratio, kind: kind), let mean = Contrast([(1, scores)])
        else { return "" }
        let interval = mean.interval
        // Nothing is below nothing; t knows no bounds.
        let (low, high) = (max(0, interval.lowerBound), interval.upperBound)
        let most = Self.isShare(metric) ? min(1, high) : high
        return "\(number(mean.estimate, metric)) (\(number(low, metric))–\(number(most, metric)))"
    }
}
