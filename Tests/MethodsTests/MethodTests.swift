import Bench
import Methods
import Tensors
import Testing

/// What each method is, on inputs small enough to see it.
struct MethodTests {
    private let backbone: Backbone
    private let tokens = (0..<10).map { Int32(300 + $0) }

    init() throws { backbone = try Backbone(folder: repository.appendingPathComponent("Models/gazette-1m")) }

    private func kept(_ keep: Truncation.Keep, _ ratio: Double) throws -> [Int32] {
        var parameters = Truncation.Parameters()
        parameters.keep = keep
        let context = Context(tokens: tokens, ratio: try #require(Ratio(ratio)))
        guard
            case .tokens(let kept) = try Truncation(parameters: parameters)
                .compress(context, with: Tools(model: backbone.model))
        else { return [] }
        return kept
    }

    @Test func `truncation keeps an end or both`() throws {
        #expect(try kept(.head, 4) == [300, 301, 302])
        #expect(try kept(.tail, 4) == [307, 308, 309])
        #expect(try kept(.middleOut, 4) == [300, 301, 309])
        #expect(try kept(.middleOut, 1) == tokens)
    }

    @Test func `random keeps order and depends on the seed`() throws {
        func kept(_ seed: UInt64) throws -> [Int32] {
            let context = Context(tokens: tokens, ratio: try #require(Ratio(2)), seed: seed)
            guard
                case .tokens(let kept) = RandomTokens(parameters: .init())
                    .compress(context, with: Tools(model: backbone.model))
            else { return [] }
            return kept
        }
        #expect(try kept(1) == kept(1).sorted() && kept(1).count == 5)
        #expect(try (1...8).contains { try kept($0) != kept(1) })
    }

    /// A slot changes where a token in its view changes, and nowhere else.
    @Test func `PIC's memory tokens see their chunk, ICAE's everything`() throws {
        func changed(_ method: any TrainableMethod, at place: Int) throws -> [Int] {
            let ratio = try #require(Ratio(4))
            let compressor = Compressor(for: backbone.model)
            func slots(_ tokens: [Int32]) -> Tensor {
                method.encode([Context(tokens: tokens, ratio: ratio)], with: compressor, in: Computation())
                    .slots
            }
            let tokens = (0..<16).map { Int32(300 + $0) }
            var other = tokens
            other[place] = 777
            let (a, b) = (slots(tokens), slots(other))
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
            Context(tokens: (0..<Int32(count)).map { 300 + $0 * 7 % 90 }, ratio: ratio)
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
                #expect(parts.ranges == whole.ranges && parts.slots.rows == whole.slots.rows)
                #expect(parts.positions == whole.positions && parts.next == whole.next)
                let off = zip(parts.slots.values, whole.slots.values).map { abs($0 - $1) }.max()
                #expect(try #require(off) < 1e-5, "\(tokens) tokens a pass")
            }
        }
    }

    @Test func `a trained compressor beats an untrained one`() throws {
        let ratio = try #require(Ratio(4))
        let documents = TestDocuments.make()
        let task = TestDocuments.task
        let scorer = Scorer(backbone: backbone, task: task)
        func score(_ compressor: Compressor) throws -> Double {
            let method = PIC(parameters: .init())
            let outcomes = try scorer.score(
                documents, ratio: ratio, seed: 1, budgetApplies: true, method: "pic"
            ) { try method.compress($0, with: Tools(model: backbone.model, compressor: compressor)) }
            return outcomes.reduce(0) { $0 + ($1.metrics["em"] ?? 0) } / Double(outcomes.count)
        }
        let trained = try #require(
            try StoredCompressor.best(
                for: PIC(parameters: .init()), ratio: ratio, among: StoredCompressor.all(of: backbone)))
        #expect(try score(trained.open(on: backbone)) > 0.5)
        #expect(try score(Compressor(for: backbone.model)) < 0.1)
    }
}
