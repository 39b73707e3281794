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
        var rows = RowAssembly()
        var memoryRows: [Int32] = []
        var tokenOfSlot: [Int32] = []
        var ranges: [Range<Int>] = []
        var positions: [[Int]] = []
        var next: [Int] = []
        let watch = c.observer as? AttentionWatch
        var watched: [[AttentionWatch.Row]] = []
        for context in contexts {
            let segments = segments(of: context)
            // The context's keys are one stretch, whatever it is cut into: begin tokens before, memories
            // behind.
            let begins = segments.map { _ in rows.append(tokens: prefix, firstPosition: 0) }
            let contextKeys = rows.count..<rows.count + context.tokens.count
            for (segment, begin) in zip(segments, begins) {
                let part = segment.context
                for chunk in chunks(part) where !chunk.isEmpty {
                    rows.append(
                        tokens: part.tokens[chunk], firstPosition: prefix.count + chunk.lowerBound,
                        seeing: [begin])
                }
            }
            let windows = context.windows
            let firstSlot = tokenOfSlot.count
            let sample = Set(MemoryAttention.sample(of: windows.count))
            watched.append([])
            for (segment, begin) in zip(segments, begins) {
                let (part, firstMemory) = (segment.context, rows.count)
                for (j, end) in segment.windowEnds.enumerated() {
                    let token = MemoryToken(
                        index: j, contextKeys: segment.keys(in: contextKeys), firstMemoryKey: firstMemory)
                    let place = arrangement == .spread ? end - 1 : part.tokens.count + j
                    let key = rows.append(
                        slot: tokenOfSlot.count, position: prefix.count + place,
                        seeing: [begin] + visible(part, token))
                    if watch != nil, sample.contains(tokenOfSlot.count - firstSlot) {
                        watched[watched.count - 1].append(
                            .init(row: key, visible: rows.visibility[key], wanted: contextKeys))
                    }
                    // Longer contexts than were trained on use the table again from its first row.
                    tokenOfSlot.append(Int32(j % memory.rows))
                    memoryRows.append(Int32(key))
                }
            }
            ranges.append(firstSlot..<tokenOfSlot.count)
            positions.append(
                arrangement == .spread ? windows.map { $0.upperBound - 1 } : Array(0..<windows.count))
            next.append(arrangement == .spread ? context.tokens.count : windows.count)
        }
        let memories = c.gatherRows(memory, tokenOfSlot)
        watch?.begin(watched)
        let hidden = encoder.hidden(
            rows.embeddings(slots: memories, of: encoder, in: c), positions: rows.positions,
            visibility: rows.visibility, adapter: adapter, results: memoryRows, in: c)
        watch?.end()
        return SoftPrompts(
            slots: slots(from: hidden, in: c), ranges: ranges,
            positions: positions,
            next: next)
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
