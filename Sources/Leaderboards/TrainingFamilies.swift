import Foundation
import Results

/// Which compressors are trainings of one recipe that differ in their seed alone.
struct TrainingFamilies {
    /// Of each compressor's hash.
    private let recipes: [String: String]

    init(_ trainings: [TrainingRecord]) {
        recipes = trainings.reduce(into: [:]) { recipes, training in
            guard let hash = training.outputHash,
                var fields = (try? JSONSerialization.jsonObject(with: Data(training.recipe.utf8)))
                    as? [String: Any]
            else { return }
            (fields["name"], fields["seed"]) = (nil, nil)
            recipes[hash] = (training.methodID ?? "") + CellRecord.canonical(fields)
        }
    }

    /// What trainings of one recipe have in common; of one that the store does not know, the compressor's own hash.
    func family(of record: CellRecord) -> String? {
        record.adapterHash.map { recipes[$0] ?? $0 }
    }

    /// How many trainings of a compressor's recipe the store knows.
    func count(like record: CellRecord) -> Int? {
        guard let recipe = record.adapterHash.flatMap({ recipes[$0] }) else { return nil }
        return Set(recipes.filter { $0.value == recipe }.keys).count
    }
}
