import Contract
import LanguageModels
import Tensors

extension Compressor {
    /// Encodes contexts whose chunks, their memory tokens included, see nothing of each other: the slots
    /// of `encode`, but long contexts take several passes, whose numbers stay in the processor's cache.
    ///
    /// - Parameters:
    ///   - chunks: of a context, each made of whole windows
    ///   - tokensPerPass: the most context tokens of a pass, unless one chunk is longer
    ///   - visible: what a memory token sees besides itself and the prefix
    public func encodeApart(
        _ contexts: [Context], positions arrangement: MemoryPositions,
        chunks: (Context) -> [Range<Int>], tokensPerPass: Int = 2048,
        visible: (Context, MemoryToken) -> [Range<Int>], in c: Computation
    ) -> SoftPrompts {
        let total = contexts.reduce(0) { $0 + $1.tokens.count }
        // What observes attention is told of one pass; segments begin at position 0 each.
        if total <= tokensPerPass || c.observer != nil || segmentTokens != nil {
            return encode(contexts, positions: arrangement, chunks: chunks, visible: visible, in: c)
        }
        var parts: [Tensor] = []
        var pass = EncodingPass()
        var ranges: [Range<Int>] = []
        for context in contexts {
            let windows = context.windows
            var j = 0
            for part in Self.parts(of: chunks(context), tokens: tokensPerPass) {
                let (start, end) = (part[0].lowerBound, part[part.count - 1].upperBound)
                if pass.tokens > 0, pass.tokens + end - start > tokensPerPass {
                    parts.append(slots(of: pass, in: c))
                    pass = EncodingPass()
                }
                pass.tokens += end - start
                let begin = pass.rows.append(tokens: prefix, firstPosition: 0)
                // The keys that the context's first token and first memory token would have.
                let firstKey = pass.rows.count - start
                for chunk in part {
                    pass.rows.append(
                        tokens: context.tokens[chunk], firstPosition: prefix.count + chunk.lowerBound,
                        seeing: [begin])
                }
                let firstMemory = pass.rows.count - j
                while j < windows.count, windows[j].upperBound <= end {
                    let token = MemoryToken(
                        index: j, contextKeys: firstKey..<firstKey + context.tokens.count,
                        firstMemoryKey: firstMemory)
                    let place =
                        arrangement == .spread ? windows[j].upperBound - 1 : context.tokens.count + j
                    let key = pass.rows.append(
                        slot: pass.memories.count, position: prefix.count + place,
                        seeing: [begin] + visible(context, token))
                    pass.memories.append(Int32(j % memory.rows))
                    pass.memoryRows.append(Int32(key))
                    j += 1
                }
            }
            let first = ranges.last?.upperBound ?? 0
            ranges.append(first..<first + windows.count)
        }
        parts.append(slots(of: pass, in: c))
        return SoftPrompts(
            slots: c.concatenateRows(parts), ranges: ranges,
            positions: contexts.map(arrangement.places), next: contexts.map(arrangement.next))
    }

    /// Neighbouring chunks together, up to a number of tokens or one chunk.
    static func parts(of chunks: [Range<Int>], tokens limit: Int) -> [[Range<Int>]] {
        var parts: [[Range<Int>]] = []
        for chunk in chunks where !chunk.isEmpty {
            if let start = parts.last?.first?.lowerBound, chunk.upperBound - start <= limit {
                parts[parts.count - 1].append(chunk)
            } else {
                parts.append([chunk])
            }
        }
        return parts
    }

    private func slots(of pass: EncodingPass, in c: Computation) -> Tensor {
        let hidden = encoder.hidden(
            pass.rows.embeddings(slots: c.gatherRows(memory, pass.memories), of: encoder, in: c),
            positions: pass.rows.positions, visibility: pass.rows.visibility, adapter: adapter,
            results: pass.memoryRows, in: c)
        return slots(from: hidden, in: c)
    }
}

/// Parts of contexts with their memory tokens, encoded at once.
private struct EncodingPass {
    var rows = RowAssembly()
    /// Context tokens.
    var tokens = 0
    /// The row of the table of memory tokens that each slot begins as.
    var memories: [Int32] = []
    var memoryRows: [Int32] = []
}
