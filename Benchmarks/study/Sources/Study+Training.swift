import Foundation
import Leaderboards

extension Study {
    /// What a whole training in less time comes to: arms named `NAME-x0.5` had so much of the steps of `NAME`, the
    /// fall of the learning rate included.
    func schedules(_ place: Place) throws -> TextTable {
        let metric = try place.option("metric")
        let ratio = try place.number("ratio")
        let names = try place.list("arms")
        var table = TextTable([], numbers: ["Schedule"] + names)
        for factor in try factors(place) {
            table.rows.append(
                ["x \(factor)"]
                    + (try names.map {
                        figure(of: try arm(Self.name($0, factor), place), metric, at: ratio)
                    }))
        }
        return table
    }

    /// How much of its schedule an arm needs for what another has after all of its own: `pairs=pic:icae,icae-b:icae`,
    /// where the second may be another name's schedules of full length.
    ///
    /// A length is the mean of the steps that trainings took, those among them that levels went on for until they were
    /// learned. Between two schedules quality is taken as linear in their length. The interval holds the lengths at which the
    /// arm's quality differs from the other's by no more than chance (the test of each length inverted), so that it
    /// has the documents' and the seeds' part in it; without an end it goes beyond what was trained.
    func saving(_ place: Place) throws -> TextTable {
        let metric = try place.option("metric")
        let ratio = try place.number("ratio")
        var table = TextTable(
            ["Arm", "As good as"], numbers: ["from this share of the steps on", "95%", "Steps saved"])
        for pair in try place.pairs() {
            let names = try factors(place).sorted().map { Self.name(pair.first, $0) }
            let arms = try Set(names + [pair.second]).sorted().map { try arm($0, place) }
            try requireSameQuestions(arms)
            var scores: [String: [[Statistics.Cluster]]] = [:]
            for arm in arms {
                guard let own = arm.clusters(metric, at: ratio) else {
                    throw StudyError.nothing(table: place.table, wanted: "\(metric) of \(arm.name)")
                }
                scores[arm.name] = own
            }
            let whole = try meanSteps(of: pair.second, place)
            let factors = try names.map { try meanSteps(of: $0, place) / whole }
            /// The arm's quality at a length less the other's at its full one, with its interval; nil with fewer than two
            /// documents.
            func difference(_ length: Double) -> (low: Double, middle: Double, high: Double)? {
                let above = factors.firstIndex { $0 >= length } ?? factors.count - 1
                let below = max(0, above - 1)
                let t = above > below ? (length - factors[below]) / (factors[above] - factors[below]) : 1
                var weights = [names[below]: 1 - t]
                weights[names[above], default: 0] += t
                weights[pair.second, default: 0] -= 1
                let terms = weights.filter { abs($0.value) > 1e-9 }.sorted { $0.key < $1.key }
                if terms.isEmpty { return (0, 0, 0) }
                guard let contrast = Contrast(terms.map { ($0.value, scores[$0.key] ?? []) }) else {
                    return nil
                }
                let interval = contrast.interval
                return (interval.lowerBound, contrast.estimate, interval.upperBound)
            }
            guard let first = factors.first, let last = factors.last else { continue }
            let lengths = Array(stride(from: first, to: last, by: 0.005)) + [last]
            let differences = lengths.map(difference)
            /// From which length on a bound of the difference is not below nothing.
            func start(_ bound: ((low: Double, middle: Double, high: Double)) -> Double) -> Double? {
                let behind = differences.lastIndex { $0.map { bound($0) < 0 } ?? true }
                return behind.map { $0 + 1 < lengths.count ? lengths[$0 + 1] : nil } ?? first
            }
            /// What is left of 100% as it is written.
            func saved(_ length: Double) -> String { Figures.share(1 - (100 * length).rounded() / 100) }
            let (reached, possible, certain) = (start(\.middle), start(\.high), start(\.low))
            func share(_ value: Double?) -> String {
                value.map { $0 <= first ? "under \(Figures.share(first))" : Figures.share($0) }
                    ?? "over \(Figures.share(last))"
            }
            let (from, to) = (share(possible), share(certain))
            table.rows.append([
                pair.first, pair.second, share(reached), from == to ? from : "\(from) to \(to)",
                reached.map { $0 <= first ? "over \(saved(first))" : saved($0) } ?? "none",
            ])
        }
        return table
    }

    private func meanSteps(of name: String, _ place: Place) throws -> Double {
        let steps = try trainings(of: name, place).map(\.steps)
        guard !steps.isEmpty else {
            throw StudyError.nothing(table: place.table, wanted: "trainings of \(name)")
        }
        return Double(steps.reduce(0, +)) / Double(steps.count)
    }

    private func factors(_ place: Place) throws -> [Double] {
        try place.list("factors").map { text in
            guard let factor = Double(text) else {
                throw StudyError.missingOption(table: place.table, option: "factors=0.5,1")
            }
            return factor
        }
    }

    private static func name(_ name: String, _ factor: Double) -> String {
        factor == 1 ? name : "\(name)-x\(factor)"
    }

    /// A quality by step, means over training seeds and their range.
    func curves(_ place: Place) throws -> TextTable {
        let quality = try place.option("quality")
        let names = try place.list("arms")
        let curves = try names.map { name in
            try trainings(of: name, place).map { $0.points.filter { $0.name == quality } }
        }
        let steps = Set(curves.joined().joined().map(\.step)).sorted()
        guard !steps.isEmpty else {
            throw StudyError.nothing(table: place.table, wanted: "points of \(quality)")
        }
        return TextTable(
            [], numbers: ["Step"] + names,
            rows: steps.map { step in
                ["\(step)"]
                    + curves.map { seeds in
                        let values = seeds.compactMap { $0.first { $0.step == step }?.value }
                        guard let low = values.min(), let high = values.max() else { return "" }
                        let mean = Figures.fixed(values.reduce(0, +) / Double(values.count), 3)
                        return values.count == 1
                            ? mean : "\(mean) (\(Figures.fixed(low, 3))–\(Figures.fixed(high, 3)))"
                    }
            })
    }

    /// Each training of arms by itself: at which step a quality of its curve was first as high as a level,
    /// `quality=em@8/4 level=0.5`, and its scores. Some take off late, or never, and a mean does not show it.
    func seeds(_ place: Place) throws -> TextTable {
        let (metric, quality) = (try place.option("metric"), try place.option("quality"))
        let level = try place.number("level")
        let arms = try arms(place)
        let ratios = Set(arms.flatMap(\.ratios)).sorted()
        let reached = "\(quality) \(Figures.fixed(100 * level, 0)) at step"
        var table = TextTable(["Arm"], numbers: ["Seed", reached] + ratios.map(Figures.ratio))
        for arm in arms {
            for part in parts {
                guard let training = part.training, let own = try? Study([part]).arm(arm.name, place)
                else { continue }
                let takeOff = training.step(of: quality, reaching: level)
                table.rows.append(
                    [arm.name, "\(try Recipe(training).seed)", takeOff.map(String.init) ?? "never"]
                        + ratios.map { ratio in
                            own.clusters(metric, at: ratio).flatMap { Contrast([(1, $0)]) }.map {
                                number($0.estimate, metric)
                            } ?? ""
                        })
            }
        }
        return table
    }

    /// Every training with its wall-clock.
    func trainings() throws -> TextTable {
        var table = TextTable(
            ["Model", "Arm", "Finished"], numbers: ["Seed", "Steps", "Threads", "Optimiser, s"])
        for part in parts {
            guard let training = part.training, let scores = part.scores.first else { continue }
            let recipe = try Recipe(training)
            table.rows.append([
                scores.model, scores.arm, Leaderboard.text(training.finishedAt), "\(recipe.seed)",
                "\(training.steps)", "\(training.threads)",
                Figures.fixed(training.seconds, 0),
            ])
        }
        table.rows.sort { ($0[0], $0[1], Int($0[3]) ?? 0) < ($1[0], $1[1], Int($1[3]) ?? 0) }
        return table
    }
}
