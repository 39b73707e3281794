import Bench
import Datasets
import Metrics

/// Question answering on validation documents, measured while training goes on.
struct Evaluation {
    let recipe: EvaluationRecipe
    let seed: UInt64

    /// Exact match by `em@SUBJECTS`, or `em@SUBJECTS/RATIO` with ratios.
    func measure(
        _ backbone: Backbone, method: String, compress: ([Context]) throws -> [CompressedContext]
    ) throws -> [String: Double] {
        let scorer = Scorer(
            backbone: backbone,
            task: TaskCard(id: "qa", name: "Question answering", summary: "", metrics: [.exactMatch]))
        var result: [String: Double] = [:]
        for subjects in recipe.subjects {
            let documents = Gazette(split: .validation).dataset(
                subjects: [subjects], documents: recipe.documents, seed: seed
            ).documents
            let examples = documents.flatMap { document in
                document.questions.prefix(16).map {
                    Example(
                        id: $0.id, document: document, instruction: .answer(question: $0.text),
                        references: $0.answers, outputLimit: .tokens(8))
                }
            }
            for ratio in recipe.ratios ?? [1] {
                guard let ratio = Ratio(ratio) else { throw BenchError.badRatio("\(ratio)") }
                var right = 0.0
                for batch in scorer.batches(of: examples) {
                    let outcomes = try scorer.score(
                        batch, ratio: ratio, seed: 0, budgetApplies: true, method: method, compress: compress)
                    right += outcomes.reduce(0) { $0 + ($1.metrics["em"] ?? 0) }
                }
                let name = recipe.ratios == nil ? "em@\(subjects)" : "em@\(subjects)/\(ratio)"
                result[name] = right / Double(examples.count)
            }
        }
        return result
    }
}
