import LanguageModels
import Tensors

/// Where memory tokens sit, in the encoder and in the decoder.
public enum MemoryPositions: String, Codable, Sendable {
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
        var watched: [[AttentionWatch.Row]] = []
        for context in contexts {
            let windows = context.windows
            let begin = rows.append(tokens: prefix, firstPosition: 0)
            let firstKey = rows.count
            for chunk in chunks(context) where !chunk.isEmpty {
                rows.append(
                    tokens: context.tokens[chunk], firstPosition: prefix.count + chunk.lowerBound,
                    seeing: [begin])
            }
            let length = context.tokens.count
            let firstMemory = rows.count
            ranges.append(memoryRows.count..<memoryRows.count + windows.count)
            let sample = Set(MemoryAttention.sample(of: windows.count))
            watched.append([])
            for (j, window) in windows.enumerated() {
                let token = MemoryToken(
                    index: j, contextKeys: firstKey..<firstKey + length, firstMemoryKey: firstMemory)
                let place = arrangement == .spread ? window.upperBound - 1 : length + j
                let key = rows.append(
                    slot: tokenOfSlot.count, position: prefix.count + place,
                    seeing: [begin] + visible(context, token))
                if c.watch != nil, sample.contains(j) {
                    watched[watched.count - 1].append(
                        .init(row: key, visible: rows.visibility[key], wanted: token.contextKeys))
                }
                // Longer contexts than were trained on use the table again from its first row.
                tokenOfSlot.append(Int32(j % memory.rows))
                memoryRows.append(Int32(key))
            }
            positions.append(
                arrangement == .spread ? windows.map { $0.upperBound - 1 } : Array(0..<windows.count))
            next.append(arrangement == .spread ? length : windows.count)
        }
        let memories = c.gatherRows(memory, tokenOfSlot)
        c.watch?.begin(watched)
        let hidden = encoder.hidden(
            rows.embeddings(slots: memories, of: encoder, in: c), positions: rows.positions,
            visibility: rows.visibility, adapter: adapter, in: c)
        c.watch?.end()
        return SoftPrompts(
            slots: c.linear(c.gatherRows(hidden, memoryRows), projection), ranges: ranges,
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
