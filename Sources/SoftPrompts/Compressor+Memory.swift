import Contract
import LanguageModels
import Tensors

/// Where memory tokens sit, in the encoder and in the decoder.
public enum MemoryPositions: String, Codable, CaseIterable, Sendable {
    /// At the position of the last token of the window that each stands for; the prompt goes on
    /// behind the whole context.
    case spread
    /// One behind the other: behind the context in the encoder, from 0 on in the decoder.
    case contiguous
}

extension MemoryPositions {
    /// The decoder's position of each memory token of a context, counted from the context's first token.
    func places(in context: Context) -> [Int] {
        switch self {
        case .spread: context.windows.map { $0.upperBound - 1 }
        case .contiguous: Array(0..<context.budget)
        }
    }

    /// Where the prompt goes on behind a context, counted from its first token.
    public func next(behind context: Context) -> Int {
        switch self {
        case .spread: context.tokens.count
        case .contiguous: context.budget
        }
    }
}

/// One memory token of a context, and the keys that it may be shown.
public struct MemoryToken {
    public let index: Int
    let contextKeys: Range<Int>
    let firstMemoryKey: Int

    /// The context tokens in `range`.
    public func context(_ range: Range<Int>) -> Range<Int> {
        contextKeys.lowerBound + range.lowerBound..<contextKeys.lowerBound + range.upperBound
    }

    public var wholeContext: Range<Int> { contextKeys }

    /// All that a causal mask lets it see.
    public var everythingBefore: [Range<Int>] { [wholeContext, memories(from: 0)] }

    /// Memory tokens from `first` up to this one.
    public func memories(from first: Int) -> Range<Int> {
        firstMemoryKey + min(first, index)..<firstMemoryKey + index
    }
}

extension Compressor {
    /// Encodes contexts that are followed by memory tokens, all in one packed pass; the memory
    /// tokens' last hidden states, mapped, are the slots.
    ///
    /// - Parameters:
    ///   - chunks: stretches of the context whose tokens see only their own stretch
    ///   - visible: what a memory token sees besides itself and the prefix
    ///
    /// Where contexts are cut into segments, both are asked about each segment as a context of its own.
    public func encode(
        _ contexts: [Context], positions arrangement: MemoryPositions,
        chunks: (Context) -> [Range<Int>] = { [0..<$0.tokens.count] },
        visible: (Context, MemoryToken) -> [Range<Int>], in c: Computation
    ) -> SoftPrompts {
        let pass = memoryPass(contexts, positions: arrangement, chunks: chunks, visible: visible, in: c)
        let hidden = pass.observed(by: c) {
            encoder.hidden(
                pass.embeddings(of: self, in: c), positions: pass.rows.positions,
                visibility: pass.rows.visibility, adapter: adapter, results: pass.memoryRows, in: c)
        }
        return SoftPrompts(
            slots: slots(from: hidden, in: c), ranges: pass.ranges,
            positions: contexts.map(arrangement.places), next: contexts.map(arrangement.next))
    }

    /// The same pass, of which the memory tokens' keys and values in every layer are kept, at the positions where
    /// they were computed; memory tokens see everything before them.
    /// - Parameters:
    ///   - sharesEmbedding: whether all memory tokens begin as the table's first row
    ///   - next: where the prompt goes on behind a context
    public func encodeKeys(
        _ contexts: [Context], positions arrangement: MemoryPositions, sharesEmbedding: Bool = false,
        next: (Context) -> Int, in c: Computation
    ) -> SoftPrompts {
        var pass = memoryPass(
            contexts, positions: arrangement, chunks: { [0..<$0.tokens.count] },
            visible: { $1.everythingBefore }, in: c)
        if sharesEmbedding { pass.tokenOfSlot = pass.tokenOfSlot.map { _ in 0 } }
        let keys = pass.observed(by: c) {
            encoder.layerKeys(
                pass.embeddings(of: self, in: c), positions: pass.rows.positions,
                visibility: pass.rows.visibility, adapter: adapter, of: pass.memoryRows, in: c)
        }
        return softPrompts(keys, pass.ranges, next: contexts.map(next))
    }

    /// Of a context's own tokens the keys and values of some, the last of each window: anchors, which begin as
    /// their token and the first memory token together and see the whole context.
    public func encodeAnchors(_ contexts: [Context], in c: Computation) -> SoftPrompts {
        var rows = RowAssembly()
        var anchors: [Int32] = []
        var ranges: [Range<Int>] = []
        // Nothing is added to a row 0, and the anchors' embedding to a row 1.
        var added: [Int32] = []
        for context in contexts {
            let begin = rows.append(tokens: prefix, firstPosition: 0)
            let first = rows.count
            let ends = Set(context.windows.map { $0.upperBound - 1 })
            for (i, token) in context.tokens.enumerated() {
                let isAnchor = ends.contains(i)
                rows.append(
                    tokens: [token], firstPosition: prefix.count + i,
                    seeing: [begin, first..<(isAnchor ? first + context.tokens.count : rows.count)])
                if isAnchor { anchors.append(Int32(rows.count - 1)) }
            }
            added += begin.map { _ in 0 } + context.tokens.indices.map { ends.contains($0) ? 1 : 0 }
            ranges.append(anchors.count - ends.count..<anchors.count)
        }
        let nothing = Tensor(shape: [1, memory.width], on: c.backend)
        let additions = c.concatenateRows([nothing, c.gatherRows(memory, [0])])
        let embeddings = c.add(rows.embeddings(of: encoder, in: c), c.gatherRows(additions, added))
        let keys = encoder.layerKeys(
            embeddings, positions: rows.positions, visibility: rows.visibility, adapter: adapter, of: anchors,
            in: c)
        return softPrompts(keys, ranges, next: contexts.map(\.tokens.count))
    }

    private func softPrompts(_ keys: LayerKeys, _ ranges: [Range<Int>], next: [Int]) -> SoftPrompts {
        SoftPrompts(
            .keys(keys), ranges: ranges,
            positions: ranges.map { keys.positions[$0].map { Int($0) - prefix.count } }, next: next)
    }

    /// Contexts with the memory tokens that stand behind them.
    private func memoryPass(
        _ contexts: [Context], positions arrangement: MemoryPositions, chunks: (Context) -> [Range<Int>],
        visible: (Context, MemoryToken) -> [Range<Int>], in c: Computation
    ) -> MemoryPass {
        var pass = MemoryPass()
        let isWatched = c.observer is AttentionWatch
        for context in contexts {
            let segments = segments(of: context)
            // The context's keys are one stretch, whatever it is cut into: begin tokens before, memories
            // behind.
            let begins = segments.map { _ in pass.rows.append(tokens: prefix, firstPosition: 0) }
            let contextKeys = pass.rows.count..<pass.rows.count + context.tokens.count
            for (segment, begin) in zip(segments, begins) {
                let part = segment.context
                for chunk in chunks(part) where !chunk.isEmpty {
                    pass.rows.append(
                        tokens: part.tokens[chunk], firstPosition: prefix.count + chunk.lowerBound,
                        seeing: [begin])
                }
            }
            let firstSlot = pass.tokenOfSlot.count
            let sample = Set(MemoryAttention.sample(of: context.windows.count))
            pass.watched.append([])
            for (segment, begin) in zip(segments, begins) {
                let (part, firstMemory) = (segment.context, pass.rows.count)
                for (j, end) in segment.windowEnds.enumerated() {
                    let token = MemoryToken(
                        index: j, contextKeys: segment.keys(in: contextKeys), firstMemoryKey: firstMemory)
                    let place = arrangement == .spread ? end - 1 : part.tokens.count + j
                    let key = pass.rows.append(
                        slot: pass.tokenOfSlot.count, position: prefix.count + place,
                        seeing: [begin] + visible(part, token))
                    if isWatched, sample.contains(pass.tokenOfSlot.count - firstSlot) {
                        pass.watched[pass.watched.count - 1].append(
                            .init(row: key, visible: pass.rows.visibility[key], wanted: contextKeys))
                    }
                    // Longer contexts than were trained on use the table again from its first row.
                    pass.tokenOfSlot.append(Int32(j % memory.rows))
                    pass.memoryRows.append(Int32(key))
                }
            }
            pass.ranges.append(firstSlot..<pass.tokenOfSlot.count)
        }
        return pass
    }

    /// The rows of an encoder's pass over contexts and their memory tokens.
    private struct MemoryPass {
        var rows = RowAssembly()
        var memoryRows: [Int32] = []
        /// The row of the table of memory tokens that each begins as.
        var tokenOfSlot: [Int32] = []
        /// The memory tokens of each context.
        var ranges: [Range<Int>] = []
        var watched: [[AttentionWatch.Row]] = []

        func embeddings(of compressor: Compressor, in c: Computation) -> Tensor {
            rows.embeddings(
                slots: c.gatherRows(compressor.memory, tokenOfSlot), of: compressor.encoder, in: c)
        }

        /// What a pass gives, seen by a computation's watch if it has one.
        func observed<Result>(by c: Computation, _ run: () -> Result) -> Result {
            let watch = c.observer as? AttentionWatch
            watch?.begin(watched)
            defer { watch?.end() }
            return run()
        }
    }

    /// The encoder's hidden states of the contexts' tokens, causal; [tokens of all contexts, hidden].
    /// - Returns: the states and the rows of each context
    public func hiddenStates(_ contexts: [Context], in c: Computation) -> (Tensor, [Range<Int>]) {
        var rows = RowAssembly()
        var ranges: [Range<Int>] = []
        for context in contexts {
            let begin = rows.append(tokens: prefix, firstPosition: 0)
            ranges.append(
                rows.append(tokens: context.tokens, firstPosition: prefix.count, seeing: [begin]))
        }
        let hidden = encoder.hidden(
            rows.embeddings(of: encoder, in: c), positions: rows.positions, visibility: rows.visibility,
            adapter: adapter, in: c)
        return (hidden, ranges)
    }
}

extension Compressor {
    /// A stretch of a context that is encoded on its own, from position 0.
    private struct Segment {
        let context: Context
        /// Its first token's place in the whole context.
        let first: Int
        /// Where the windows of its memory tokens end, counted from its first token.
        let windowEnds: [Int]

        func keys(in whole: Range<Int>) -> Range<Int> {
            whole.lowerBound + first..<whole.lowerBound + first + context.tokens.count
        }
    }

    /// The segments of a context: equal ones, each with the windows of its own length; where rounding
    /// makes them more than the context has, the last one lacks some.
    private func segments(of context: Context) -> [Segment] {
        let length = context.tokens.count
        guard let segmentTokens, length > segmentTokens else {
            return [Segment(context: context, first: 0, windowEnds: context.windows.map(\.upperBound))]
        }
        let count = (length + segmentTokens - 1) / segmentTokens
        let size = (length + count - 1) / count
        var left = context.budget
        let ratio = context.limit.ratio(for: length)
        return stride(from: 0, to: length, by: size).map { first in
            let tokens = context.tokens[first..<min(first + size, length)]
            let part = Context(tokens: Array(tokens), limit: .ratio(ratio), seed: context.seed)
            let ends = part.windows.prefix(left).map(\.upperBound)
            left -= ends.count
            return Segment(context: part, first: first, windowEnds: ends)
        }
    }
}
