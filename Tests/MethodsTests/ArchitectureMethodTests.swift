import Budgets
import Contract
import Foundation
import LanguageModels
import Methods
import Reading
import Seeding
import SoftPrompts
import Tensors
import Testing
import TestSupport

/// Every method on every architecture: the tiny checkpoints of LanguageModelsTests, whose embeddings are those of the
/// bundled tokenizer's vocabulary.
struct ArchitectureMethodTests {
    static let names = [
        "gemma3", "gemma3-bf16", "granite", "olmo2", "phi3", "phi4-mini", "smollm3", "smollm3-window",
    ]

    private func reader(_ name: String) throws -> Reader {
        let bundled = try Backbone(folder: bundledModel)
        let folder = repository.appendingPathComponent(
            "Tests/LanguageModelsTests/Fixtures/architectures/\(name)")
        let own = try LanguageModel(folder: folder)
        var configuration = own.configuration
        configuration.vocabularySize = bundled.tokenizer.vocabularySize
        var generator = SeededGenerator(seed: 3)
        let model = LanguageModel(configuration) { name, shape in
            let isTable = shape.first == configuration.vocabularySize
            let tensor = isTable ? nil : own.tensors[name]
            return tensor ?? Tensor(normal: 0.3, shape: shape, using: &generator)
        }
        return try Reader(
            Backbone(
                folder: folder, model: model, tokenizer: bundled.tokenizer, contentHash: name))
    }

    private func trial(_ type: any CompressionMethod.Type, _ budget: Budget, _ reader: Reader) throws -> Trial
    {
        func made<Method: CompressionMethod>(_ type: Method.Type) throws -> Trial {
            let method = Method(parameters: .init())
            let preparation =
                if let trainable = method as? any TrainableMethod {
                    trainable.preparation(with: Compressor(for: try reader.backbone.model))
                } else {
                    try #require(
                        method.preparations(for: Demand(budget), from: Resources(reader.backbone)).first)
                }
            return Trial(method, preparation, budget: budget, reader: reader)
        }
        return try made(type)
    }

    private func context(_ length: Int, _ budget: Budget, _ reader: Reader) -> Context {
        var generator = SeededGenerator(seed: UInt64(length))
        let vocabulary = reader.tokenizer.vocabularySize
        let tokens = (0..<length).map { _ in Int32(generator.integer(in: 264...vocabulary - 1)) }
        return Context(
            SourceText(tokens: tokens, prefix: reader.format.textPrefix), limit: budget, seed: 5)
    }

    /// The scores of the first token behind a prompt.
    private func logits(_ kept: [KeptContext], _ reader: Reader) throws -> [Float] {
        let session = try DecodingSession(
            kept, [.init(context: 0, prompt: [2, 7], maxNewTokens: 3)], model: reader.backbone.model, stop: []
        )
        let logits = session.firstLogits.values
        #expect(session.finish()[0].count == 3)
        return logits
    }

    /// Phi-4-mini's longer context is beyond its first length, where its keys turn by other factors.
    @Test(arguments: names)
    func `every method compresses, and the decoder reads what it keeps`(_ name: String) throws {
        let reader = try reader(name)
        let budget = Budget.ratio(try #require(Ratio(4)))
        for method in allMethods {
            for length in [0, 3, 40, 150] {
                let kept = try trial(method, budget, reader).keep([context(length, budget, reader)])
                let logits = try logits(kept, reader)
                let isFinite = logits.allSatisfy { $0.isFinite }
                #expect(isFinite, "\(method.card.id) of \(length)")
            }
        }
    }

    /// A cache of which all is kept says what the context itself does.
    @Test(arguments: names)
    func `a cache method that keeps everything reads as the full context`(_ name: String) throws {
        let reader = try reader(name)
        let budget = Budget.ratio(try #require(Ratio(1)))
        let context = context(40, budget, reader)
        let full = try #require(allMethods.first { $0.card.role == .upper })
        let expected = try logits(try trial(full, budget, reader).keep([context]), reader)
        // Processors that multiply bfloat16 numbers round rows to them where there are many, and not where there are few.
        let isNarrow = try reader.backbone.model.tensors.values.contains { $0.elementType == .bfloat16 }
        let tolerance: Float = isNarrow ? 0.02 : 1e-4
        for method in allMethods where method.card.family == .kvCache {
            let found = try logits(try trial(method, budget, reader).keep([context]), reader)
            #expect(relative(found, expected) < tolerance, "\(method.card.id)")
        }
    }

    /// The contexts of a trainable method with one another, and one of its steps.
    @Test(arguments: names)
    func `soft prompts of several contexts are those of each, and gradients reach the encoder`(_ name: String)
        throws
    {
        let reader = try reader(name)
        let model = try reader.backbone.model
        let budget = Budget.ratio(try #require(Ratio(4)))
        let contexts = [40, 12].map { context($0, budget, reader) }
        let compressor = Compressor(for: model, encoder: model.copy())
        for tensor in compressor.trainable.values { tensor.isTrainable = true }
        let tape = Tape()
        let c = Computation(backend: model.embedding.backend, tape: tape)
        func slots(_ contexts: [Context], _ c: Computation) throws -> Tensor {
            try #require(
                compressor.encode(contexts, positions: .spread, visible: { $1.everythingBefore }, in: c).slots
            )
        }
        let together = try slots(contexts, c)
        let alone = try contexts.flatMap { try slots([$0], Computation()).values }
        #expect(relative(together.values, alone) < 1e-4)
        let scores = model.logits(together, in: c)
        tape.backward(
            from: c.crossEntropy(
                scores, targets: (0..<scores.rows).map { Int32($0) },
                weights: [Float](repeating: 1, count: scores.rows)))
        for (name, tensor) in compressor.trainable {
            let norm = tensor.gradient?.values.reduce(0) { $0 + $1 * $1 } ?? 0
            #expect(norm > 0 && norm.isFinite, "\(name)")
        }
    }
}
