import Foundation
import Leaderboards

/// The same training with several seeds, or a method that needs none, on one dataset.
struct StudyArm {
    let name: String
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
        let found = parts.flatMap(\.scores).filter {
            $0.arm == name && $0.model == model && $0.dataset == dataset && $0.task == task
        }
        guard !found.isEmpty else {
            throw StudyError.nothing(table: place.table, wanted: "\(name) of \(model) on \(dataset)")
        }
        return StudyArm(name: name, scores: found)
    }

    /// The trainings behind an arm, by seed.
    func trainings(of name: String, _ place: Place) throws -> [StudyPart.Training] {
        let model = try place.option("model")
        let found = parts.filter { $0.scores.contains { $0.arm == name && $0.model == model } }
            .compactMap(\.training)
        guard !found.isEmpty else {
            throw StudyError.nothing(table: place.table, wanted: "trainings of \(name) on \(model)")
        }
        return found
    }
}
