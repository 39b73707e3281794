import LanguageModels
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

        public init(context: Int, prompt: [Int32], maxNewTokens: Int, readsBack: Bool = false) {
            self.context = context
            self.prompt = prompt
            self.maxNewTokens = maxNewTokens
            self.readsBack = readsBack
        }
    }

    /// The tokens of each request so far, without the token that stopped it.
    public private(set) var outputs: [[Int32]]
    /// The scores of the first new token; [requests, vocabulary]
    public let firstLogits: Tensor

    private let model: LanguageModel
    private let stop: Set<Int32>
    private let cache: KVCache
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
    }

    /// Reads contexts and prompts and predicts the first token of each request.
    public init(
        _ contexts: [CompressedContext], _ requests: [Request], model: LanguageModel, prefix: [Int32],
        stop: Set<Int32>, computation: Computation = Computation()
    ) {
        var rows = RowAssembly()
        let placed = ContextRows(contexts, prefix: prefix, rows: &rows)
        var sequences: [Sequence] = []
        var lastRows: [Int32] = []
        var freeKey = rows.count
        for (i, request) in requests.enumerated() {
            precondition(!request.prompt.isEmpty, "request \(i) has no prompt")
            let own = placed.append(request, key: freeKey, to: &rows)
            lastRows.append(Int32(rows.count - 1))
            sequences.append(
                Sequence(
                    index: i, seen: placed.keys[request.context], firstKey: own.lowerBound,
                    nextKey: own.upperBound, nextPosition: placed.next[request.context] + own.count,
                    token: 0, left: request.maxNewTokens))
            freeKey = own.upperBound + request.maxNewTokens
        }
        cache = KVCache(for: model, capacity: freeKey, on: computation.backend)
        let hidden = model.hidden(
            rows.embeddings(slots: placed.slots, of: model, in: computation), positions: rows.positions,
            visibility: rows.visibility, cache: cache, cacheRows: rows.keys, results: lastRows,
            in: computation)
        firstLogits = model.logits(hidden, in: computation)
        outputs = requests.map { _ in [] }
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
            cache: cache, cacheRows: rows.keys, in: computation)
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
            outputs[sequence.index].append(token)
            var next = sequence
            next.token = token
            next.left -= 1
            if next.left > 0 { active.append(next) }
        }
    }
}

extension DecodingSession {
    /// The share of each target that the decoder predicts token by token, given all before it.
    ///
    /// targets: one a request, behind its prompt; an empty one counts as read back.
    public static func tokenAccuracy(
        _ contexts: [CompressedContext], _ requests: [Request], targets: [[Int32]], model: LanguageModel,
        prefix: [Int32], computation: Computation = Computation()
    ) -> [Double] {
        var rows = RowAssembly()
        let placed = ContextRows(contexts, prefix: prefix, rows: &rows)
        var predicting: [Int32] = []
        for (request, target) in zip(requests, targets) {
            let own = placed.append(request, then: target.dropLast(), key: rows.count, to: &rows)
            predicting += own.suffix(target.count).map { Int32($0) }
        }
        let hidden = model.hidden(
            rows.embeddings(slots: placed.slots, of: model, in: computation), positions: rows.positions,
            visibility: rows.visibility, results: predicting, in: computation)
        let logits = model.logits(hidden, in: computation)
        var found = computation.backend.argmax(logits)[...]
        return targets.map { target in
            let right = zip(found, target).count { $0 == $1 }
            found = found.dropFirst(target.count)
            return target.isEmpty ? 1 : Double(right) / Double(target.count)
        }
    }
}
