import Foundation
import Leaderboards

/// The same training with several seeds, or a method that needs none, on one dataset.
struct StudyArm {
    let name: String
    /// Whether its scores are of trainings.
    let isTrained: Bool
    /// One a seed and ratio.
    let scores: [StudyPart.Scores]

    var ratios: [Double] { Set(scores.compactMap(\.ratio)).sorted() }

    /// [seed][document]; nil where it was not measured.
    func clusters(
        _ metric: String, at ratio: Double, kind: String = StudyPart.allKinds
    ) -> [[Statistics.Cluster]]? {
        let found = scores.filter { $0.ratio == nil || $0.ratio == ratio }.compactMap {
            $0.clusters(metric, kind: kind)
        }
        return found.isEmpty ? nil : found
    }

    /// The kinds of its questions with how many there are.
    var kinds: [(name: String, count: Int)] {
        (scores.first?.asked ?? [:]).map { ($0.key, $0.value.reduce(0, +)) }.sorted { $0.0 < $1.0 }
    }
}

extension Study {
    /// The arms that a place names, in its order, on its model and dataset.
    func arms(_ place: Place) throws -> [StudyArm] {
        try place.list("arms").map { try arm($0, place) }
    }

    func arm(_ name: String, _ place: Place) throws -> StudyArm {
        let (model, dataset) = (try place.option("model"), try place.option("dataset"))
        let task = (try? place.option("task")) ?? "qa"
        let own = try compared(place).filter { $0.holds(name, model) }
        let found = own.flatMap(\.scores).filter {
            $0.arm == name && $0.model == model && $0.dataset == dataset && $0.task == task
        }
        guard !found.isEmpty else {
            throw StudyError.nothing(table: place.table, wanted: "\(name) of \(model) on \(dataset)")
        }
        try requireOneRecipe(name, model)
        let arm = StudyArm(name: name, isTrained: own.contains { $0.training != nil }, scores: found)
        try requireSameQuestions([arm])
        return arm
    }

    /// The trainings behind an arm, by seed.
    func trainings(of name: String, _ place: Place) throws -> [StudyPart.Training] {
        let model = try place.option("model")
        let found = try compared(place).filter { $0.holds(name, model) }.compactMap(\.training)
        guard !found.isEmpty else {
            throw StudyError.nothing(table: place.table, wanted: "trainings of \(name) on \(model)")
        }
        return found
    }

    /// Documents are compared by their place in a part: arms have to be asked the same about each.
    func requireSameQuestions(_ arms: [StudyArm]) throws {
        let scores = arms.flatMap(\.scores)
        guard let odd = scores.first(where: { $0.asked != scores[0].asked }) else { return }
        throw StudyError.otherQuestions(arm: odd.arm, than: scores[0].arm, dataset: odd.dataset)
    }

    /// Trainings of an arm differ in their seeds alone.
    private func requireOneRecipe(_ name: String, _ model: String) throws {
        let recipes = try parts.filter { $0.holds(name, model) }.compactMap(\.training).map { try Recipe($0) }
        if Set(recipes.map(\.seed)).count < recipes.count { throw StudyError.sameSeed(arm: name) }
        if Set(recipes.map(\.rest)).count > 1 { throw StudyError.otherRecipes(arm: name) }
    }

    /// The parts that a place compares: all, or what needs no training and, where it says `took-off-by=STEP` with
    /// `quality=` and `level=`, the trainings whose curve was there by that step.
    private func compared(_ place: Place) throws -> [StudyPart] {
        guard place.has("took-off-by") else { return parts }
        let (step, level) = (try place.number("took-off-by"), try place.number("level"))
        let quality = try place.option("quality")
        return parts.filter { part in
            guard let takeOff = part.training.map({ $0.step(of: quality, reaching: level) }) else {
                return true
            }
            return takeOff.map { Double($0) <= step } ?? false
        }
    }
}

extension StudyPart {
    fileprivate func holds(_ arm: String, _ model: String) -> Bool {
        scores.contains { $0.arm == arm && $0.model == model }
    }
}

extension StudyPart.Training {
    /// At which step its curve was first as high as a level; nil where it never was.
    func step(of quality: String, reaching level: Double) -> Int? {
        points.filter { $0.name == quality && $0.value >= level }.map(\.step).min()
    }
}

/// What the tables say of a recipe.
struct Recipe {
    let seed: Int
    /// All that decides a training but its seed, with sorted keys.
    let rest: Data

    init(_ training: StudyPart.Training) throws {
        guard
            var fields = try JSONSerialization.jsonObject(with: Data(training.recipe.utf8)) as? [String: Any],
            let seed = fields.removeValue(forKey: "seed") as? Int
        else { throw StudyError.noRecipe(hash: training.hash) }
        for field in ["name", "evaluation", "checkpointEvery"] { fields[field] = nil }
        self.seed = seed
        rest = try JSONSerialization.data(withJSONObject: fields, options: .sortedKeys)
    }
}
