import Budgets
import Contract
import Datasets
import LanguageModels
import Prompting
import Reading
import Tasks
import Testing
import TestSupport

/// A method made of a function.
struct TestMethod: DirectMethod {
    static let card = MethodCard(
        id: "test", name: "Test", family: .hardPrompt, summary: "For tests.", loses: "Whatever.")

    let parameters: NoParameters
    let body: @Sendable (Context) -> Kept

    init(parameters: NoParameters) { self.init { .selection($0.tokens.indices) } }

    init(_ body: @escaping @Sendable (Context) -> Kept) {
        parameters = .init()
        self.body = body
    }

    func compress(_ context: Context) -> Kept { body(context) }
}

/// The same of a method that may see the question.
struct QuestionMethod: DirectMethod {
    static let card = MethodCard(
        id: "question", name: "Question", family: .hardPrompt, summary: "For tests.", loses: "Whatever.",
        isQueryAware: true)

    let parameters: NoParameters
    let body: @Sendable (Context) -> Kept

    init(parameters: NoParameters) { self.init { .selection($0.tokens.indices) } }

    init(_ body: @escaping @Sendable (Context) -> Kept) {
        parameters = .init()
        self.body = body
    }

    func compress(_ context: Context) -> Kept { body(context) }
}

/// The bundled model, asked about held-out documents.
struct TestReading {
    let reader: Reader

    init() throws { reader = try Reader(Backbone(folder: bundledModel)) }

    static let whole: @Sendable (Context) -> Kept = { .selection($0.tokens.indices) }

    static func documents(_ count: Int, subjects: Int = 4, items: Int = 6) -> [DocumentItems] {
        let dataset = Gazette(split: .test).dataset(subjects: [subjects], documents: count, seed: 9)
        return dataset.documents.map {
            DocumentItems($0, Array(QuestionAnswering().items(of: $0, in: dataset).prefix(items)))
        }
    }

    func scoring(
        _ method: any ConfiguredMethod, budget: Budget = .whole, task: TaskCard = QuestionAnswering.card
    ) throws -> Scoring {
        let preparations = try method.preparations(for: Demand(budget), from: Resources(reader.backbone))
        return Scoring(
            Trial(method, try #require(preparations.first), budget: budget, seed: 1, reader: reader),
            task: task)
    }
}
