import Budgets
import CacheMethods
import Contract
import Datasets
import LanguageModels
import Methods
import Reading
import SoftPrompts
import Tasks
import Tensors
import Testing
import TestSupport

/// What each method is, on inputs small enough to see it.
struct MethodTests {
    private let backbone: Backbone
    private let tokens = (0..<10).map { Int32(300 + $0) }

    init() throws { backbone = try Backbone(folder: bundledModel) }

    private func kept(_ keep: Truncation.Keep, _ ratio: Double) throws -> [Int32] {
        var parameters = Truncation.Parameters()
        parameters.keep = keep
        return try selection(
            Truncation(parameters: parameters).compress(context(.ratio(try #require(Ratio(ratio))))))
    }

    private func context(_ budget: Budget, seed: UInt64 = 0) -> Context {
        Context(tokens: tokens, limit: budget, seed: seed)
    }

    /// The kept tokens.
    private func selection(_ kept: Kept) throws -> [Int32] {
        guard case .selection(let indices) = kept.content else { throw Unexpected() }
        return indices.map { tokens[$0] }
    }

    private struct Unexpected: Error {}

    @Test func `truncation keeps an end or both`() throws {
        #expect(try kept(.head, 4) == [300, 301, 302])
        #expect(try kept(.tail, 4) == [307, 308, 309])
        #expect(try kept(.middleOut, 4) == [300, 301, 309])
        #expect(try kept(.middleOut, 1) == tokens)
    }

    @Test func `random keeps order and depends on the seed`() throws {
        func kept(_ seed: UInt64) throws -> [Int32] {
            let half = Budget.ratio(try #require(Ratio(2)))
            return try selection(RandomTokens(parameters: .init()).compress(context(half, seed: seed)))
        }
        #expect(try kept(1) == kept(1).sorted() && kept(1).count == 5)
        #expect(try (1...8).contains { try kept($0) != kept(1) })
    }

    /// A slot changes where a token in its view changes, and nowhere else.
    @Test func `PIC's memory tokens see their chunk, ICAE's everything`() throws {
        func changed(_ method: any SoftPromptMethod, at place: Int) throws -> [Int] {
            let ratio = try #require(Ratio(4))
            let compressor = Compressor(for: backbone.model)
            func slots(_ tokens: [Int32]) throws -> Tensor {
                try #require(
                    method.encode(
                        [Context(tokens: tokens, limit: .ratio(ratio))], with: compressor, in: Computation()
                    ).slots)
            }
            let tokens = (0..<16).map { Int32(300 + $0) }
            var other = tokens
            other[place] = 777
            let (a, b) = try (slots(tokens), slots(other))
            return (0..<a.rows).filter { a.rowsCopy($0..<$0 + 1).values != b.rowsCopy($0..<$0 + 1).values }
        }
        var scoped = PIC.Parameters()
        scoped.contextScope = .chunk
        #expect(try changed(PIC(parameters: scoped), at: 6) == [1])
        // Context tokens are causal over the whole, so later chunks hear of it through them.
        #expect(try changed(PIC(parameters: .init()), at: 6) == [1, 2, 3])
        scoped.visibility = .chunkAndMemory
        #expect(try changed(PIC(parameters: scoped), at: 6) == [1, 2, 3])
        var wide = PIC.Parameters()
        wide.contextScope = .chunk
        wide.memoriesPerChunk = 2
        #expect(try changed(PIC(parameters: wide), at: 6) == [0, 1])
        #expect(try changed(ICAE(parameters: .init()), at: 6) == [0, 1, 2, 3])
    }

    @Test func `a long context in several passes is what it is in one`() throws {
        let ratio = try #require(Ratio(3))
        let compressor = Compressor(for: backbone.model)
        let contexts = [50, 7, 0, 33].map { count in
            Context(tokens: (0..<Int32(count)).map { 300 + $0 * 7 % 90 }, limit: .ratio(ratio))
        }
        func visible(_ context: Context, _ memory: MemoryToken) -> [Range<Int>] {
            [memory.context(context.window(memory.index)), memory.memories(from: memory.index)]
        }
        for arrangement in [MemoryPositions.spread, .contiguous] {
            let whole = compressor.encode(
                contexts, positions: arrangement, chunks: { $0.windows }, visible: visible,
                in: Computation())
            for tokens in [1, 8, 20, 60] {
                let parts = compressor.encodeApart(
                    contexts, positions: arrangement, chunks: { $0.windows }, tokensPerPass: tokens,
                    visible: visible, in: Computation())
                let (found, expected) = (try #require(parts.slots), try #require(whole.slots))
                #expect(parts.ranges == whole.ranges && found.rows == expected.rows)
                #expect(parts.positions == whole.positions && parts.next == whole.next)
                let off = zip(found.values, expected.values).map { abs($0 - $1) }.max()
                #expect(try #require(off) < 1e-5, "\(tokens) tokens a pass")
            }
        }
    }

    @Test func `a trained compressor beats an untrained one`() throws {
        let budget = Budget.ratio(try #require(Ratio(4)))
        let dataset = Gazette(split: .test).dataset(subjects: [4], documents: 8, seed: 9)
        let documents = dataset.documents.map {
            DocumentItems($0, Array(QuestionAnswering().items(of: $0, in: dataset).prefix(6)))
        }
        let method = PIC(parameters: .init())
        let reader = try Reader(backbone)
        func score(_ preparation: any Preparation) throws -> Double {
            let trial = Trial(method, preparation, budget: budget, seed: 1, reader: reader)
            let outcomes = try Scoring(trial, task: QuestionAnswering.card).score(documents)
            return outcomes.reduce(0) { $0 + ($1.metrics["em"] ?? 0) } / Double(outcomes.count)
        }
        let trained = try method.preparations(for: Demand(budget), from: Resources(backbone))
        #expect(trained.count == 1 && trained[0].content?.isTrained == true)
        #expect(try score(trained[0]) > 0.5)
        #expect(try score(method.preparation(with: Compressor(for: backbone.model))) < 0.1)
    }

    @Test func `KNorm keeps the shortest keys of each layer and head`() throws {
        let context = context(.positions(3))
        let method = KNorm(parameters: .init())
        let preparation = try #require(
            method.preparations(for: Demand(.positions(3)), from: Resources(backbone)).first)
        let kept = try preparation.compress([context], in: Computation())[0]
        guard case .cache(let cache, let selection) = kept.content else { throw Unexpected() }
        #expect(cache.capacity == tokens.count)
        let pass = ContextReader(backbone).pass(over: context, in: Computation())
        for (layer, heads) in selection.indices.enumerated() {
            for (head, indices) in heads.enumerated() {
                let norms = pass.keys(layer: layer)[head].rowNorms
                let longest = indices.map { norms[Int($0)] }.max() ?? 0
                let others = norms.indices.filter { !indices.contains(Int32($0)) }
                #expect(indices.count == 3 && others.allSatisfy { norms[$0] >= longest })
            }
        }
    }
}
