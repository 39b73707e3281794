import Foundation
import Leaderboards
import Results

/// What the study reads of a compressor's recipe.
struct StudyRecipe: Decodable {
    struct Level: Decodable {
        let steps: Int
        let ratios: [Double]
        let subjects: [Int]
    }

    struct Optimizer: Decodable {
        let muonRate: Double
        let adamWRate: Double
    }

    struct Encoder: Decodable {
        struct LowRank: Decodable {
            let rank: Int
        }

        let lora: LowRank?
    }

    let method: String
    let parameters: String
    let encoder: Encoder?
    let seed: UInt64
    let levels: [Level]
    let contextTokensPerStep: Int
    let optimizer: Optimizer

    /// What is varied between trainings, without the seed.
    var setting: String {
        "\(method) \(parameters) \(trained) \(curriculum) \(contextTokensPerStep) \(rates)"
    }

    var steps: Int { levels.reduce(0) { $0 + $1.steps } }
    var rates: String { "\(optimizer.muonRate) / \(optimizer.adamWRate)" }

    /// Ratios of the last level, each once: `4, 16, 64`.
    var ratios: String {
        Set(levels.last?.ratios ?? []).sorted().map(Figures.ratio).joined(separator: ", ")
    }

    /// `440 at 1x, 2x`
    var curriculum: String {
        levels.map { level in
            let ratios = Set(level.ratios).sorted().map(Figures.ratio).joined(separator: ", ")
            return "\(level.steps) at \(ratios)"
        }.joined(separator: "; ")
    }

    /// What of the encoder is trained: `full`, `LoRA 32`.
    var trained: String { encoder?.lora.map { "LoRA \($0.rank)" } ?? "full" }

    /// The value of one of the method's parameters, such as `spread`; empty where it has none.
    func parameter(_ name: String) -> String {
        let all = (try? JSONSerialization.jsonObject(with: Data(parameters.utf8))) as? [String: Any]
        return all?[name].map { "\($0)" } ?? ""
    }
}

extension Study {
    /// A training that went to its last step, with its recipe and its points.
    struct Run {
        let record: TrainingRecord
        let recipe: StudyRecipe
        let points: [TrainingPoint]

        /// Values of a quality by step, ascending.
        func curve(_ quality: String) -> [TrainingPoint] { points.filter { $0.name == quality } }

        var seconds: Double { points.map(\.seconds).max() ?? 0 }
        var tokens: Int { points.map(\.tokens).max() ?? 0 }
    }

    /// Compressors that were trained to the last step, each once. Of some only the log was kept.
    var trained: [Run] {
        var seen: Set<String> = []
        let finished = snapshot.trainings.filter { $0.outputHash != nil }
        let others = snapshot.trainings.filter { $0.outputHash == nil }
        return (finished + others).compactMap { record in
            guard seen.insert(record.fingerprint).inserted,
                let recipe = try? JSONDecoder().decode(StudyRecipe.self, from: Data(record.recipe.utf8))
            else { return nil }
            let run = Run(record: record, recipe: recipe, points: record.id.flatMap { points[$0] } ?? [])
            return record.outputHash != nil || run.points.contains { $0.step == recipe.steps } ? run : nil
        }
    }

    /// The trainings behind an arm's cells and those that differ from them by the seed alone, by seed.
    func trainings(of arm: Arm) -> [Run] {
        let hashes = Set(arm.cells.compactMap(\.record.adapterHash))
        let runs = trained
        let settings = Set(
            runs.filter { $0.record.outputHash.map(hashes.contains) ?? false }.map(\.recipe.setting))
        return runs.filter { settings.contains($0.recipe.setting) }
            .sorted { $0.recipe.seed < $1.recipe.seed }
    }

    // MARK: - Settings tried

    /// Every compressor that was scored on a validation dataset, with what distinguishes it.
    func settings(_ place: Place) throws -> TextTable {
        let metric = try place.option("metric")
        let method = try place.option("method")
        let dataset = try place.option("dataset")
        let cells = snapshot.cells.filter {
            $0.state == .done && $0.record.datasetID == dataset && $0.record.methodID == method
                && $0.record.adapterHash != nil
        }
        guard !cells.isEmpty else {
            throw StudyError.nothing(table: place.table, wanted: "\(method) on \(dataset)")
        }
        let ratios = Set(cells.compactMap(\.record.ratio)).sorted()
        var table = TextTable(
            ["Compressor", "Muon / AdamW rate", "Positions", "Encoder", "Trained at"],
            numbers: ["Seed", "Steps"] + ratios.map(Figures.ratio) + ["Mean"])
        let runs = trained
        for own in Leaderboard.groups(cells, by: \.record.adapterHash) {
            guard let run = runs.first(where: { $0.record.outputHash == own[0].record.adapterHash }) else {
                continue
            }
            let scores = ratios.map { Arm(own).scores(metric, ratio: $0) }
            let known = scores.compactMap { $0 }
            table.rows.append(
                [
                    run.record.name, run.recipe.rates, run.recipe.parameter("positions"),
                    run.recipe.trained, run.recipe.ratios,
                    "\(run.recipe.seed)", "\(run.recipe.steps)",
                ] + scores.map { $0.map { Self.figure([$0]) { $0[0] } } ?? "" }
                    + [
                        known.count == ratios.count
                            ? Self.figure(known) { $0.reduce(0, +) / Double($0.count) } : ""
                    ])
        }
        return table
    }

    /// What both methods had alike, and what not.
    func fairness(_ place: Place) throws -> TextTable {
        let (pic, icae) = try compared(place, task: "qa")
        func runs(_ arm: Arm) throws -> [Run] {
            let found = trainings(of: arm)
            guard !found.isEmpty else {
                throw StudyError.nothing(table: place.table, wanted: "trainings of \(arm.methodID)")
            }
            return found
        }
        let both = [try runs(pic), try runs(icae)]
        func row(_ title: String, _ text: ([Run]) -> String) -> [String] { [title] + both.map(text) }
        func each(_ runs: [Run], _ text: (Run) -> String) -> String {
            Leaderboard.groups(runs.map(text)) { $0 }.map { $0[0] }.joined(separator: ", ")
        }
        return TextTable(
            ["", pic.name, icae.name],
            rows: [
                row("Training seeds") { each($0) { "\($0.recipe.seed)" } },
                row("Optimiser steps") { each($0) { "\($0.recipe.steps)" } },
                row("Steps at each ratio") { each($0) { $0.recipe.curriculum } },
                row("Context tokens a step, at least") { each($0) { "\($0.recipe.contextTokensPerStep)" } },
                row("Rows of encoder and decoder in all, millions") {
                    each($0) { Figures.fixed(Double($0.tokens) / 1e6, 2) }
                },
                row("Muon / AdamW rate, chosen") { each($0) { $0.recipe.rates } },
                row("Positions, chosen") { each($0) { $0.recipe.parameter("positions") } },
                row("Encoder") { each($0) { $0.recipe.trained } },
            ])
    }

    /// Every training in the store with its wall-clock.
    func trainings(_ place: Place) -> TextTable {
        TextTable(
            ["Compressor", "Method", "Finished"], numbers: ["Seed", "Steps", "Threads", "Optimiser, s"],
            rows: trained.map { run in
                [
                    run.record.name, run.recipe.method,
                    run.record.finishedAt.map(Leaderboard.text) ?? "only the log was kept",
                    "\(run.recipe.seed)",
                    "\(run.recipe.steps)", "\(run.record.threads)", Figures.fixed(run.seconds, 0),
                ]
            })
    }

    // MARK: - The paper's second claim

    /// A quality by step, the mean over training seeds and their range.
    func curves(_ place: Place) throws -> TextTable {
        let quality = try place.option("quality")
        let every = Int(try place.option("every")) ?? 1
        let (pic, icae) = try compared(place, task: "qa")
        let both = [trainings(of: pic), trainings(of: icae)].map { $0.map { $0.curve(quality) } }
        let steps = Set(both.flatMap { $0.flatMap { $0.map(\.step) } }).sorted()
        var table = TextTable([], numbers: ["Step", pic.name, icae.name])
        for step in steps where step % every == 0 || step == steps.last {
            table.rows.append(
                ["\(step)"]
                    + both.map { curves in
                        let values = curves.compactMap { $0.first { $0.step == step }?.value }
                        guard let low = values.min(), let high = values.max() else { return "" }
                        let mean = values.reduce(0, +) / Double(values.count)
                        return "\(Figures.score(mean)) (\(Figures.score(low))–\(Figures.score(high)))"
                    })
        }
        guard !table.rows.isEmpty else {
            throw StudyError.nothing(table: place.table, wanted: "points of \(quality)")
        }
        return table
    }

    /// When PIC passes what ICAE has at its best, beside the 40% less time of the paper.
    func time(_ place: Place) throws -> TextTable {
        let quality = try place.option("quality")
        let (pic, icae) = try compared(place, task: "qa")
        let (a, b) = (trainings(of: pic), trainings(of: icae))
        var table = TextTable(
            ["Training seed"],
            numbers: ["ICAE's best", "at step", "PIC passes it at step", "Steps saved", "Paper"])
        func add(
            _ title: String, _ first: [(step: Int, value: Double)], _ second: [(step: Int, value: Double)]
        ) {
            guard let best = second.map(\.value).max(),
                let at = second.first(where: { $0.value == best })?.step
            else { return }
            let passed = first.first { $0.value > best }?.step
            table.rows.append([
                title, Figures.score(best), "\(at)", passed.map { "\($0)" } ?? "never",
                passed.map { Figures.share(1 - Double($0) / Double(at)) } ?? "", "40%",
            ])
        }
        for (mine, other) in zip(a, b) {
            add(
                "\(mine.recipe.seed)", mine.curve(quality).map { ($0.step, $0.value) },
                other.curve(quality).map { ($0.step, $0.value) })
        }
        func mean(_ runs: [Run]) -> [(step: Int, value: Double)] {
            let points = runs.flatMap { $0.curve(quality) }
            return Leaderboard.groups(points, by: \.step).filter { $0.count == runs.count }.map {
                ($0[0].step, $0.reduce(0) { $0 + $1.value } / Double($0.count))
            }.sorted { $0.step < $1.step }
        }
        add("mean curve", mean(a), mean(b))
        guard !table.rows.isEmpty else {
            throw StudyError.nothing(table: place.table, wanted: "points of \(quality)")
        }
        return table
    }
}
