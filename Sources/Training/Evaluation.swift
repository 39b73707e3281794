import Budgets
import Contract
import Datasets
import Metrics
import Reading
import Tasks

/// Question answering on validation documents, measured while training goes on.
struct Evaluation {
    let recipe: EvaluationRecipe
    let seed: UInt64

    /// Exact match by `em@SUBJECTS`, or `em@SUBJECTS/RATIO` with ratios; of prose, `em@SUBJECTS-prose`.
    /// - Parameter preparation: nil for a method that opens nothing
    func measure(
        _ reader: Reader, of method: any ConfiguredMethod, with preparation: (any Preparation)?
    ) throws -> [String: Double] {
        let task = TaskCard(
            id: "qa", name: "Question answering", summary: "", metrics: [.exactMatch])
        var result: [String: Double] = [:]
        let kinds = (recipe.subjects ?? []).flatMap { subjects in
            (recipe.styles ?? [.list]).map { (subjects, $0) }
        }
        for (subjects, style) in kinds {
            let dataset = Gazette(split: .validation, style: style).dataset(
                subjects: [subjects], documents: recipe.documents, seed: seed)
            let documents = dataset.documents.map { document in
                DocumentItems(
                    document,
                    QuestionAnswering().items(of: document, in: dataset).prefix(16).map {
                        Item(
                            id: $0.id, prompt: $0.prompt, references: $0.references,
                            outputLimit: .tokens(8))
                    })
            }
            let count = documents.reduce(0) { $0 + $1.items.count }
            for ratio in recipe.ratios ?? [1] {
                guard let ratio = Ratio(ratio) else { throw ContractError.badRatio("\(ratio)") }
                let prepared =
                    try preparation
                    ?? method.preparation(for: Demand(.ratio(ratio)), from: Resources(reader.backbone))
                let scoring = Scoring(
                    Trial(method, prepared, budget: .ratio(ratio), reader: reader), task: task)
                var right = 0.0
                for batch in try scoring.batches(of: documents) {
                    right += try scoring.score(batch).reduce(0) { $0 + ($1.metrics["em"] ?? 0) }
                }
                let name = "em@\(subjects)\(style == .list ? "" : "-\(style.rawValue)")"
                result[recipe.ratios == nil ? name : "\(name)/\(ratio)"] = right / Double(count)
            }
        }
        return result
    }
}

/// The context as it is: what a base model is evaluated with.
struct WholeContext: DirectMethod {
    static let card = MethodCard(
        id: "none", name: "Full context", family: .reference, role: .upper, summary: "The context as it is.",
        loses: "Nothing.")

    let parameters: NoParameters

    init(parameters: NoParameters = .init()) { self.parameters = parameters }

    func compress(_ context: Context) -> Kept { .selection(context.tokens.indices) }
}
