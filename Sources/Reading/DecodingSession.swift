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
    private let adapter: LowRankAdapter?
    private let computation: Computation
    private var active: [Sequence]
    /// Where each request's answer begins.
    private let starts: [Start]
    /// The first of the keys that predictions may use.
    private let freeKey: Int

    private struct Start {
        let seen: [Range<Int>]
        let prompt: Range<Int>
        let position: Int
    }

    private struct Sequence {
        let index: Int
        let seen: [Range<Int>]
        let firstKey: Int
        var nextKey: Int
        var nextPosition: Int
        var token: Int32
        var left: Int
        let lineEnds: LineEnds?
    }

    /// Reads contexts and prompts and predicts the first token of each request.
    ///
    /// Contexts for which the decoder adds to its weights are all of one compressor.
    /// - Parameter predicting: how many tokens `predictions` will be asked for at once
    public init(
        _ contexts: [KeptContext], _ requests: [Request], model: LanguageModel, stop: Set<Int32>,
        predicting: Int = 0, computation: Computation = Computation()
    ) {
        let adapter = contexts.first?.decoder
        precondition(
            contexts.allSatisfy { $0.decoder === adapter },
            "contexts of compressors with decoders of their own")
        var rows = RowAssembly()
        let placed = ContextRows(contexts, rows: &rows)
        var sequences: [Sequence] = []
        var starts: [Start] = []
        var lastRows: [Int32] = []
        var freeKey = placed.end
        for (i, request) in requests.enumerated() {
            precondition(!request.prompt.isEmpty, "request \(i) has no prompt")
            let own = placed.append(request, key: freeKey, to: &rows)
            lastRows.append(Int32(rows.count - 1))
            starts.append(
                Start(
                    seen: placed.keys[request.context], prompt: own,
                    position: placed.next[request.context] + own.count))
            sequences.append(
                Sequence(
                    index: i, seen: placed.keys[request.context], firstKey: own.lowerBound,
                    nextKey: own.upperBound, nextPosition: placed.next[request.context] + own.count,
                    token: 0, left: request.maxNewTokens, lineEnds: request.lineEnds))
            freeKey = own.upperBound + request.maxNewTokens
        }
        cache = KVCache(for: model, capacity: freeKey + predicting, on: computation.backend)
        placed.fill(cache, in: computation)
        self.starts = starts
        self.freeKey = freeKey
        partial = placed.partial
        self.adapter = adapter
        let hidden = model.hidden(
            rows.embeddings(slots: placed.slots, of: model, in: computation), positions: rows.positions,
            visibility: rows.visibility, cache: cache, cacheRows: rows.keys, partial: partial,
            adapter: adapter, results: lastRows, in: computation)
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
                seeing: sequence.seen + [sequence.firstKey..<sequence.nextKey])
        }
        let hidden = model.hidden(
            rows.embeddings(of: model, in: computation), positions: rows.positions,
            visibility: rows.visibility,
            cache: cache, cacheRows: rows.keys, partial: partial, adapter: adapter, in: computation)
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
    /// How the decoder predicts some tokens behind a request's prompt, each from all before it.
    public struct Target {
        /// An index into the session's requests.
        public let request: Int
        public let tokens: [Int32]

        public init(request: Int, tokens: [Int32]) {
            self.request = request
            self.tokens = tokens
        }
    }

    /// How the decoder predicts each target, whatever it has put out itself.
    ///
    /// The prompts' own passes are not done again.
    /// - Parameter hasLogits: whether the scores of all tokens are wanted too
    /// - Returns: one a target; its logits are [tokens, vocabulary]
    public func predictions(
        of targets: [Target], hasLogits: Bool = false
    ) -> [(prediction: Prediction, logits: Tensor?)] {
        var rows = RowAssembly()
        for target in targets {
            // The prompt's last row predicts the first token, and each token the next one.
            let start = starts[target.request]
            rows.append(
                tokens: target.tokens.dropLast(), firstPosition: start.position, key: freeKey + rows.count,
                seeing: start.seen + [start.prompt])
        }
        precondition(freeKey + rows.count <= cache.capacity, "the session was made for fewer tokens")
        let states =
            rows.count == 0
            ? nil
            : model.hidden(
                rows.embeddings(of: model, in: computation), positions: rows.positions,
                visibility: rows.visibility, cache: cache, cacheRows: rows.keys, partial: partial,
                adapter: adapter, in: computation)
        var done = 0
        return Self.groups(of: targets).flatMap { group in
            defer { done += group.reduce(0) { $0 + max(0, $1.tokens.count - 1) } }
            return predictions(of: group, states: states, from: done, hasLogits: hasLogits)
        }
    }

    /// Of neighbouring targets whose states are the rows of `states` from `first` on.
    private func predictions(
        of targets: [Target], states: Tensor?, from first: Int, hasLogits: Bool
    ) -> [(prediction: Prediction, logits: Tensor?)] {
        let c = computation
        let later = targets.reduce(0) { $0 + max(0, $1.tokens.count - 1) }
        var parts = [firstLogits]
        if let states, later > 0 { parts.append(model.logits(states.rowsCopy(first..<first + later), in: c)) }
        var next = Int32(firstLogits.rows)
        let order = targets.flatMap { target -> [Int32] in
            guard !target.tokens.isEmpty else { return [] }
            let end = next + Int32(target.tokens.count) - 1
            defer { next = end }
            return [Int32(target.request)] + (next..<end)
        }
        let logits = c.gatherRows(parts.count == 1 ? parts[0] : c.concatenateRows(parts), order)
        let best = order.isEmpty ? [] : c.backend.argmax(logits)
        let losses = order.isEmpty ? [] : c.losses(logits, targets: targets.flatMap(\.tokens))
        var row = 0
        return targets.map { target in
            let own = row..<row + target.tokens.count
            row = own.upperBound
            let prediction = Prediction(
                tokens: target.tokens, logLikelihoods: losses[own].map { -$0 },
                isBest: zip(best[own], target.tokens).map { $0 == $1 })
            return (prediction, hasLogits ? logits.rowsCopy(own) : nil)
        }
    }

    /// Neighbours together whose scores are in memory at once.
    private static func groups(of targets: [Target]) -> [[Target]] {
        var groups: [[Target]] = []
        var rows = 0
        for target in targets {
            if groups.isEmpty || rows + target.tokens.count > 256 {
                groups.append([])
                rows = 0
            }
            groups[groups.count - 1].append(target)
            rows += target.tokens.count
        }
        return groups
    }
}
