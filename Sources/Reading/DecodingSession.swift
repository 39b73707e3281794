import Contract
import LanguageModels
import Prompting
import Tensors

/// Greedy decoding behind compressed contexts, many prompts in one packed pass.
///
/// Prompts share the compressed context that they name, which is in the cache once.
public final class DecodingSession {
    /// A prompt behind a context.
    public struct Request {
        /// An index into the session's contexts.
        public let context: Int
        public let prompt: [Int32]
        /// At least 1.
        public let maxNewTokens: Int
        /// Whether the prompt asks for the context itself.
        public let readsBack: Bool
        /// What ends its output besides the session's stop tokens; nil for nothing.
        public let lineEnds: LineEnds?

        public init(
            context: Int, prompt: [Int32], maxNewTokens: Int, readsBack: Bool = false,
            lineEnds: LineEnds? = nil
        ) {
            self.context = context
            self.prompt = prompt
            self.maxNewTokens = maxNewTokens
            self.readsBack = readsBack
            self.lineEnds = lineEnds
        }
    }

    /// The tokens of each request so far, without the token that stopped it unless it holds some of the
    /// output's last line.
    public private(set) var outputs: [[Int32]]
    /// Whether each request has had all the tokens that it may have, and might have gone on.
    public private(set) var isCutOff: [Bool]
    /// The scores of the first new token; [requests, vocabulary]
    public let firstLogits: Tensor

    private let model: LanguageModel
    private let stop: Set<Int32>
    private let cache: KVCache
    private let partial: [PartialKeys]
    private let computation: Computation
    private var active: [Sequence]

    private struct Sequence {
        let index: Int
        let seen: Range<Int>
        let firstKey: Int
        var nextKey: Int
        var nextPosition: Int
        var token: Int32
        var left: Int
        let lineEnds: LineEnds?
    }

    /// Reads contexts and prompts and predicts the first token of each request.
    public init(
        _ contexts: [KeptContext], _ requests: [Request], model: LanguageModel, stop: Set<Int32>,
        computation: Computation = Computation()
    ) {
        var rows = RowAssembly()
        let placed = ContextRows(contexts, rows: &rows)
        var sequences: [Sequence] = []
        var lastRows: [Int32] = []
        var freeKey = placed.end
        for (i, request) in requests.enumerated() {
            precondition(!request.prompt.isEmpty, "request \(i) has no prompt")
            let own = placed.append(request, key: freeKey, to: &rows)
            lastRows.append(Int32(rows.count - 1))
            sequences.append(
                Sequence(
                    index: i, seen: placed.keys[request.context], firstKey: own.lowerBound,
                    nextKey: own.upperBound, nextPosition: placed.next[request.context] + own.count,
                    token: 0, left: request.maxNewTokens, lineEnds: request.lineEnds))
            freeKey = own.upperBound + request.maxNewTokens
        }
        cache = KVCache(for: model, capacity: freeKey, on: computation.backend)
        placed.fill(cache, in: computation)
        partial = placed.partial
        let hidden = model.hidden(
            rows.embeddings(slots: placed.slots, of: model, in: computation), positions: rows.positions,
            visibility: rows.visibility, cache: cache, cacheRows: rows.keys, partial: partial,
            results: lastRows, in: computation)
        firstLogits = model.logits(hidden, in: computation)
        outputs = requests.map { _ in [] }
        isCutOff = requests.map { _ in false }
        active = []
        self.model = model
        self.stop = stop
        self.computation = computation
        accept(computation.backend.argmax(firstLogits), sequences)
    }

    /// Whether every request has stopped.
    public var isDone: Bool { active.isEmpty }

    /// Adds one token to each request that has not stopped.
    public func step() {
        guard !active.isEmpty else { return }
        var rows = RowAssembly()
        for sequence in active {
            rows.append(
                tokens: [sequence.token], firstPosition: sequence.nextPosition, key: sequence.nextKey,
                seeing: [sequence.seen, sequence.firstKey..<sequence.nextKey])
        }
        let hidden = model.hidden(
            rows.embeddings(of: model, in: computation), positions: rows.positions,
            visibility: rows.visibility,
            cache: cache, cacheRows: rows.keys, partial: partial, in: computation)
        let moved = active.map { sequence in
            var next = sequence
            next.nextKey += 1
            next.nextPosition += 1
            return next
        }
        accept(model.bestTokens(hidden, in: computation), moved)
    }

    /// Runs to the end.
    public func finish() -> [[Int32]] {
        while !isDone { step() }
        return outputs
    }

    private func accept(_ tokens: [Int32], _ sequences: [Sequence]) {
        active = []
        for (token, sequence) in zip(tokens, sequences) where !stop.contains(token) {
            let ends = sequence.lineEnds
            if ends?.bare.contains(token) == true { continue }
            outputs[sequence.index].append(token)
            if ends?.behindText.contains(token) == true { continue }
            var next = sequence
            next.token = token
            next.left -= 1
            if next.left > 0 { active.append(next) } else { isCutOff[sequence.index] = true }
        }
    }
}

extension DecodingSession {
    /// How the decoder predicts each target behind its request's prompt, each token from all before it.
    ///
    /// - Parameters:
    ///   - targets: one a request
    ///   - hasLogits: whether the scores of all tokens are wanted too
    public static func predictions(
        _ contexts: [KeptContext], _ requests: [Request], targets: [[Int32]], model: LanguageModel,
        hasLogits: Bool = false, computation c: Computation = Computation()
    ) -> [(prediction: Prediction, logits: Tensor?)] {
        var rows = RowAssembly()
        let placed = ContextRows(contexts, rows: &rows)
        var predicting: [Int32] = []
        var freeKey = placed.end
        for (request, target) in zip(requests, targets) {
            freeKey = placed.append(request, then: target.dropLast(), key: freeKey, to: &rows).upperBound
            predicting += (rows.count - target.count..<rows.count).map { Int32($0) }
        }
        // Keys are the pass's own rows, unless some come from a cache.
        let cache = placed.caches.isEmpty ? nil : KVCache(for: model, capacity: freeKey, on: c.backend)
        if let cache { placed.fill(cache, in: c) }
        let hidden = model.hidden(
            rows.embeddings(slots: placed.slots, of: model, in: c), positions: rows.positions,
            visibility: rows.visibility, cache: cache, cacheRows: cache == nil ? [] : rows.keys,
            partial: placed.partial, results: predicting, in: c)
        let logits = model.logits(hidden, in: c)
        let best = c.backend.argmax(logits)
        let losses = c.losses(logits, targets: targets.flatMap { $0 })
        var first = 0
        return targets.map { target in
            let own = first..<first + target.count
            first = own.upperBound
            let prediction = Prediction(
                tokens: target, logLikelihoods: losses[own].map { -$0 },
                isBest: zip(best[own], target).map { $0 == $1 })
            return (prediction, hasLogits ? logits.rowsCopy(own) : nil)
        }
    }
}
