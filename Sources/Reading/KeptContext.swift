import Contract
import LanguageModels
import Tensors

/// What a method kept of a context, checked and measured by the harness: what decoders read.
public struct KeptContext {
    /// What stands before it, outside the budget.
    public let prefix: [Int32]
    let rows: Rows
    /// Where the prompt goes on, counted from the context's first token.
    let next: Int
    let lead: PromptLead?
    /// What the decoder adds to its weights while it reads it.
    let decoder: LowRankAdapter?
    public let measure: Measure

    /// What stands in the decoder's input.
    enum Rows {
        /// At positions 0, 1, 2 …
        case tokens([Int32])
        case slots(Tensor, positions: [Int])
        /// Keys and values, the prefix's among them, of a cache that holds nothing else, one behind the other
        /// in each layer and KV head.
        case cache(KVCache, counts: [[Int]])
    }

    /// Whether the prefix is among its rows, rather than in front of them.
    var holdsPrefix: Bool {
        if case .cache = rows { true } else { false }
    }

    /// Figures of it.
    public struct Measure: Sendable, Equatable {
        /// Decoder positions that it takes.
        public let positions: Int
        /// Keys and values of those positions in all layers; 0 where nobody knows, of a model in another program.
        public let bytes: Int
        /// The text that the decoder reads, where it reads real tokens.
        public let text: String?
        /// Where the kept tokens stand in the context's text, in bytes; nil where none are kept.
        public let stretches: [Range<Int>]?
    }

    /// Real tokens as they are, such as those of a benchmark.
    public init(tokens: [Int32], prefix: [Int32] = [], for model: LanguageModel) {
        self.init(
            prefix: prefix, rows: .tokens(tokens), next: tokens.count, lead: nil, decoder: nil,
            measure: Measure(
                positions: tokens.count, bytes: KVCache.bytes(rows: tokens.count, of: model), text: nil,
                stretches: nil))
    }

    private init(
        prefix: [Int32], rows: Rows, next: Int, lead: PromptLead?, decoder: LowRankAdapter?, measure: Measure
    ) {
        self.prefix = prefix
        self.rows = rows
        self.next = next
        self.lead = lead
        self.decoder = decoder
        self.measure = measure
    }

    /// - Parameter budget: the most positions; nil where none applies
    /// - Throws: where it cannot be used or keeps too much
    init(_ kept: Kept, of context: Context, budget: Int?, method: String, reader: Reader) throws {
        func bad(_ reason: String) -> ContractError { .badCompression(method: method, reason: reason) }
        let tokenizer = reader.tokenizer
        // A server is given text.
        let model = reader.localBackbone?.model
        func weights(_ form: String) throws -> LanguageModel {
            guard let model else {
                throw bad("it keeps \(form), and a model in another program is given nothing but text")
            }
            return model
        }
        var text: String?
        var stretches: [Range<Int>]?
        var bytes: Int?
        var end: Int?
        let rows: Rows
        let positions: Int
        switch kept.content {
        case .selection(let indices):
            guard indices.first ?? 0 >= 0, indices.last ?? -1 < context.tokens.count,
                zip(indices, indices.dropFirst()).allSatisfy({ $0 < $1 })
            else { throw bad("indices of tokens do not ascend from 0 to below \(context.tokens.count)") }
            let tokens = indices.map { context.tokens[$0] }
            rows = .tokens(tokens)
            positions = tokens.count
            text = tokenizer.decode(tokens)
            stretches = context.source.stretches(of: indices)
        case .text(let written):
            let tokens = tokenizer.encode(written, specialTokens: .text)
            rows = .tokens(tokens)
            positions = tokens.count
            text = written
        case .slots(let slots, let places):
            let hidden = try weights("embeddings").configuration.hiddenSize
            guard places.count == slots.rows, slots.rows == 0 || slots.width == hidden else {
                throw bad(
                    "slots \(slots.shape) with \(places.count) positions for a model of width \(hidden)")
            }
            let next = kept.next ?? slots.rows
            guard zip(places, places.dropFirst()).allSatisfy({ $0 < $1 }), (places.first ?? 0) >= 0,
                (places.last ?? -1) < next
            else { throw bad("positions do not ascend from 0 to below \(next)") }
            guard slots.isFinite else { throw bad("a slot holds numbers that are not finite") }
            rows = .slots(slots, positions: places)
            positions = slots.rows
        case .cache(let cache, let selection):
            let model = try weights("keys and values")
            let ahead = context.prefix.count
            // A cache of less than the context says where the prompt goes on.
            guard cache.capacity >= ahead + (kept.next == nil ? context.tokens.count : 0) else {
                throw bad(
                    "its cache has \(cache.capacity) rows for \(ahead + context.tokens.count) of prefix and context"
                )
            }
            let held = min(context.tokens.count, cache.capacity - ahead)
            if let problem = selection.problem(for: model.configuration, rows: held) {
                throw bad(problem)
            }
            rows = Self.gathered(selection, of: cache, behind: ahead, model: model)
            // Layers and heads may share the budget out: what counts is what they hold together.
            positions = selection.meanCount
            bytes = KVCache.bytes(of: selection, of: model)
            end = context.tokens.count
        }
        if let lead = kept.lead {
            let hidden = try weights("embeddings in front of prompts").configuration.hiddenSize
            guard [lead.answer, lead.readBack].allSatisfy({ $0.shape == [1, hidden] && $0.isFinite }) else {
                throw bad("what introduces prompts is not one finite row of width \(hidden)")
            }
        }
        let next = kept.next ?? end ?? positions
        guard next >= 0, next >= positions || context.tokens.isEmpty else {
            throw bad("the prompt would go on at \(next), inside the \(positions) kept positions")
        }
        if let budget, positions > budget {
            throw ContractError.overBudget(
                method: method, kept: positions, budget: budget, tokens: context.tokens.count)
        }
        self.init(
            prefix: context.prefix, rows: rows, next: next, lead: kept.lead, decoder: kept.decoder,
            measure: Measure(
                positions: positions,
                bytes: bytes ?? model.map { KVCache.bytes(rows: positions, of: $0) } ?? 0, text: text,
                stretches: stretches))
    }

    /// A cache of what a selection keeps and the prefix alone, so that the pass's own can be freed.
    /// - Parameter ahead: rows of the prefix, which every head keeps
    private static func gathered(
        _ selection: CacheSelection, of cache: KVCache, behind ahead: Int, model: LanguageModel
    ) -> Rows {
        let prefix = (0..<ahead).map { Int32($0) }
        let whole = CacheSelection(
            selection.indices.map { $0.map { prefix + $0.map { $0 + Int32(ahead) } } })
        let c = Computation(backend: model.embedding.backend)
        let small = KVCache(for: model, capacity: whole.largestCount, on: c.backend)
        small.copy(whole, from: cache, to: 0, in: c)
        return .cache(small, counts: whole.counts)
    }
}
