import Foundation
import LanguageModels
import Metrics

/// Scores examples of one task behind contexts that one method compressed, in packed batches.
public struct Scorer {
    public let backbone: Backbone
    public let task: TaskCard
    /// Context and prompt rows of one packed batch, about.
    public var rowsPerBatch = 6144
    private let texts: EncodedTexts

    /// texts: what other scorers of the same backbone encoded; nil for a collection of its own
    public init(backbone: Backbone, task: TaskCard, texts: EncodedTexts? = nil) {
        self.backbone = backbone
        self.task = task
        self.texts = texts ?? EncodedTexts(backbone)
    }

    /// One example with what came out for it.
    public struct Outcome {
        public let example: Example
        public let prediction: String
        public let metrics: [String: Double]
        public let contextTokens: Int
        public let kept: Kept
        public let outputTokens: Int
    }

    /// What the harness measured of a compressed context.
    public struct Kept {
        public let positions: Int
        /// Keys and values of those positions in all layers.
        public let bytes: Int
        /// The kept text, where it is made of real tokens.
        public let text: String?
    }

    /// Examples with their contexts, cut into batches that are scored at once; the examples of one
    /// document are neighbours.
    public func batches(of examples: [Example]) -> [[Example]] {
        var result: [[Example]] = []
        var rows = 0
        var document: String?
        for example in examples {
            var cost = 48
            if example.documentID != document { cost += texts.tokens(ofContext: example.context).count }
            // Read-back runs the document once more.
            if case .longestReference = example.outputLimit {
                cost += (example.references.map(\.utf8.count).max() ?? 0) / 3
            }
            if result.isEmpty || rows + cost > rowsPerBatch && example.documentID != document {
                result.append([])
                rows = 0
            }
            result[result.count - 1].append(example)
            rows += cost
            document = example.documentID
        }
        return result
    }

    /// Compresses the contexts of a batch and scores what the decoder makes of them.
    ///
    /// - Parameter compress: contexts in, compressed contexts out, in order
    public func score(
        _ batch: [Example], ratio: Ratio, seed: UInt64, budgetApplies: Bool,
        method: String, compress: ([Context]) throws -> [CompressedContext]
    ) throws -> [Outcome] {
        var contexts: [Context] = []
        var indexOf: [String: Int] = [:]
        for example in batch where indexOf[example.documentID] == nil {
            indexOf[example.documentID] = contexts.count
            contexts.append(context(of: example, ratio: ratio, seed: seed))
        }
        let compressed = try compress(contexts)
        guard compressed.count == contexts.count else {
            throw BenchError.badCompression(
                method: method, reason: "\(compressed.count) results for \(contexts.count) contexts")
        }
        let kept = try zip(contexts, compressed).map {
            try inspect($0.1, of: $0.0, budgetApplies: budgetApplies, method: method)
        }
        let tokenizer = backbone.tokenizer
        let requests = batch.map { example in
            DecodingSession.Request(
                context: indexOf[example.documentID] ?? 0,
                prompt: texts.tokens(ofPrompt: example.instruction),
                maxNewTokens: limit(of: example), readsBack: task.readsBack)
        }
        for (example, request) in zip(batch, requests) {
            let tokens =
                backbone.format.prefix.count + contexts[request.context].tokens.count + request.prompt.count
                + request.maxNewTokens
            let limit = backbone.model.configuration.contextLimit
            if tokens > limit {
                throw BenchError.contextTooLong(tokens: tokens, limit: limit, document: example.documentID)
            }
        }
        let session = DecodingSession(
            compressed, requests, model: backbone.model, prefix: backbone.format.prefix,
            stop: backbone.format.stop)
        guard session.firstLogits.isFinite else { throw backbone.model.notFinite(in: backbone.folder) }
        let outputs = session.finish()
        let readBack =
            task.readsBack
            ? DecodingSession.tokenAccuracy(
                compressed, requests, targets: batch.map { texts.tokens(of: $0.references[0]) },
                model: backbone.model, prefix: backbone.format.prefix)
            : []
        return batch.indices.map { i in
            let prediction = tokenizer.decode(outputs[i]).trimmingCharacters(in: .whitespacesAndNewlines)
            var metrics = Dictionary(
                uniqueKeysWithValues: task.metrics.map { ($0.id, $0.score(prediction, batch[i].references)) })
            if task.readsBack { metrics[TaskCard.tokenAccuracy] = readBack[i] }
            return Outcome(
                example: batch[i], prediction: prediction, metrics: metrics,
                contextTokens: contexts[requests[i].context].tokens.count, kept: kept[requests[i].context],
                outputTokens: outputs[i].count)
        }
    }

    public func context(of example: Example, ratio: Ratio, seed: UInt64) -> Context {
        Context(
            tokens: texts.tokens(ofContext: example.context), ratio: ratio,
            seed: seed
                ^ example.documentID.utf8.reduce(14_695_981_039_346_656_037) {
                    ($0 ^ UInt64($1)) &* 1_099_511_628_211
                })
    }

    public func limit(of example: Example) -> Int {
        switch example.outputLimit {
        case .tokens(let count): count
        case .longestReference(let slack):
            (example.references.map { texts.tokens(of: $0).count }.max() ?? 0) + slack
        }
    }

    /// Measures a compressed context and refuses one that cannot be used or keeps too much.
    public func inspect(
        _ compressed: CompressedContext, of context: Context, budgetApplies: Bool, method: String
    ) throws -> Kept {
        func bad(_ reason: String) -> BenchError { .badCompression(method: method, reason: reason) }
        if budgetApplies, compressed.count > context.budget {
            throw BenchError.overBudget(
                method: method, kept: compressed.count, budget: context.budget, tokens: context.tokens.count)
        }
        var text: String?
        switch compressed {
        case .tokens(let tokens):
            guard tokens.allSatisfy({ $0 >= 0 && Int($0) < backbone.model.configuration.vocabularySize })
            else {
                throw bad("a token outside the vocabulary")
            }
            text = backbone.tokenizer.decode(tokens)
        case .slots(let slots, let positions, let next):
            let hidden = backbone.model.configuration.hiddenSize
            guard positions.count == slots.rows, slots.rows == 0 || slots.width == hidden else {
                throw bad(
                    "slots \(slots.shape) with \(positions.count) positions for a model of width \(hidden)")
            }
            guard zip(positions, positions.dropFirst()).allSatisfy({ $0 < $1 }), (positions.first ?? 0) >= 0,
                (positions.last ?? -1) < next
            else { throw bad("positions do not ascend from 0 to below \(next)") }
            guard slots.isFinite else { throw bad("a slot holds numbers that are not finite") }
        case .introduced(let kept, let lead):
            let hidden = backbone.model.configuration.hiddenSize
            guard [lead.answer, lead.readBack].allSatisfy({ $0.shape == [1, hidden] && $0.isFinite }) else {
                throw bad("what introduces prompts is not one finite row of width \(hidden)")
            }
            return try inspect(kept, of: context, budgetApplies: budgetApplies, method: method)
        }
        return Kept(
            positions: compressed.count, bytes: KVCache.bytes(rows: compressed.count, of: backbone.model),
            text: text)
    }
}
