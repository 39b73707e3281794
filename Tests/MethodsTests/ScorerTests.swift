import Bench
import Datasets
import Tasks
import Tensors
import Testing

/// Questions about held-out documents.
enum TestDocuments {
    static let task = QuestionAnswering.card

    static func make(documents: Int = 8) -> [Example] {
        Gazette(split: .test).dataset(subjects: [4], documents: documents, seed: 9).documents
            .flatMap { QuestionAnswering().examples(of: $0).prefix(6) }
    }
}

struct ScorerTests {
    private let backbone: Backbone

    init() throws { backbone = try Backbone(folder: repository.appendingPathComponent("Models/gazette-1m")) }

    private func outcomes(
        _ examples: [Example], ratio: Double = 1, _ compress: ([Context]) -> [CompressedContext]
    ) throws -> [Scorer.Outcome] {
        try Scorer(backbone: backbone, task: TestDocuments.task).score(
            examples, ratio: try #require(Ratio(ratio)), seed: 1, budgetApplies: true, method: "test",
            compress: compress)
    }

    @Test func `packed scoring answers as one by one does`() throws {
        let examples = TestDocuments.make(documents: 3)
        let full: ([Context]) -> [CompressedContext] = { $0.map { .tokens($0.tokens) } }
        let together = try outcomes(examples, full).map(\.prediction)
        let alone = try examples.flatMap { try outcomes([$0], full).map(\.prediction) }
        #expect(together == alone)
        #expect(Set(together).count > 5)
    }

    @Test func `who keeps too much is refused with numbers`() throws {
        let examples = TestDocuments.make(documents: 1)
        let error = #expect(throws: BenchError.self) {
            try outcomes(examples, ratio: 4) { $0.map { .tokens($0.tokens) } }
        }
        #expect(error?.description.contains("its budget is") == true)
    }

    @Test func `what cannot be used is refused`() throws {
        let examples = TestDocuments.make(documents: 1)
        let hidden = backbone.model.configuration.hiddenSize
        let unsound: [CompressedContext] = [
            .tokens([-1]), .tokens([Int32(backbone.model.configuration.vocabularySize)]),
            .slots(Tensor(shape: [2, hidden]), positions: [1], next: 5),
            .slots(Tensor(shape: [2, hidden]), positions: [3, 3], next: 5),
            .slots(Tensor(shape: [2, hidden]), positions: [3, 5], next: 5),
            .slots(Tensor(shape: [1, hidden + 1]), positions: [0], next: 1),
            .slots(
                Tensor([Float](repeating: .nan, count: hidden), shape: [1, hidden]), positions: [0], next: 1),
        ]
        for context in unsound {
            #expect(throws: BenchError.self) { try outcomes(examples) { $0.map { _ in context } } }
        }
        #expect(throws: BenchError.self) { try outcomes(examples) { _ in [] } }
    }

    @Test func `reading back the whole context succeeds, without it fails`() throws {
        let document = Gazette(split: .test).dataset(subjects: [2], documents: 1, seed: 3).documents[0]
        let examples = Reconstruction().examples(of: document)
        let scorer = Scorer(backbone: backbone, task: Reconstruction.card)
        func accuracy(_ compress: ([Context]) -> [CompressedContext]) throws -> [String: Double] {
            try scorer.score(
                examples, ratio: .one, seed: 1, budgetApplies: true, method: "test", compress: compress)[0]
                .metrics
        }
        let full = try accuracy { $0.map { .tokens($0.tokens) } }
        let none = try accuracy { $0.map { _ in .tokens([]) } }
        #expect(full["token_accuracy"] ?? 0 > 0.97 && full["bleu"] ?? 0 > 0.9)
        #expect(none["token_accuracy"] ?? 1 < 0.8 && none["bleu"] ?? 1 < 0.2)
    }
}
