import Budgets
import Contract
import LanguageModels
import Tensors

/// What a recurrent compressor hands from one segment of a context to the next.
public enum SegmentMemory: Sendable {
    /// The memory of all segments so far, each its own windows' (AutoCompressor).
    case accumulated
    /// The memory of the last segment, of all that was read so far (RMT).
    case replaced
}

/// What recurrent compressors let users choose.
public struct SegmentParameters: MethodParameters {
    /// The most tokens of a segment, unless one memory token stands for more.
    public var segment = 128

    public static let ranges: [String: ClosedRange<Double>] = ["segment": 1...65536]

    public init() {}
}

extension Compressor {
    /// Encodes contexts segment by segment: each pass reads the slots of earlier ones, in place of what they
    /// stand for, then the segment's tokens, then memory tokens, whose mapped hidden states are new slots.
    ///
    /// Contexts share the passes: the first segments of all, then the second ones, and so on.
    /// - Parameter segmentTokens: the most tokens of a segment, unless one window is longer
    public func encodeInSegments(
        _ contexts: [Context], of segmentTokens: Int, memory kind: SegmentMemory, in c: Computation
    ) -> SoftPrompts {
        let segments = contexts.map { Self.parts(of: $0.windows, tokens: segmentTokens) }
        // All slots that were made, in the order of passes; of each context those that count.
        var made: [Tensor] = []
        var count = 0
        var slots = contexts.map { _ in [(slot: Int, position: Int)]() }
        for step in 0..<(segments.map(\.count).max() ?? 0) {
            var rows = RowAssembly()
            var tokens: [Int32] = []
            var memoryRows: [Int32] = []
            for (i, context) in contexts.enumerated() where step < segments[i].count {
                let windows = segments[i][step]
                let (start, end) = (windows[0].lowerBound, windows[windows.count - 1].upperBound)
                let first = rows.count
                rows.append(tokens: prefix, firstPosition: 0)
                for (slot, position) in slots[i] {
                    rows.append(slot: slot, position: prefix.count + position, seeing: [first..<rows.count])
                }
                rows.append(
                    tokens: context.tokens[start..<end], firstPosition: prefix.count + start,
                    seeing: [first..<rows.count])
                let ends =
                    kind == .accumulated
                    ? windows.map(\.upperBound) : Self.windowEnds(of: context, upTo: end)
                if kind == .replaced { slots[i] = [] }
                let begin = kind == .accumulated ? slots[i].count : 0
                for (j, end) in ends.enumerated() {
                    let slot = count + tokens.count
                    memoryRows.append(
                        Int32(
                            rows.append(
                                slot: slot, position: prefix.count + end - 1, seeing: [first..<rows.count])))
                    slots[i].append((slot, end - 1))
                    tokens.append(Int32((begin + j) % memory.rows))
                }
            }
            let all = c.concatenateRows(made + [c.gatherRows(memory, tokens)])
            let hidden = encoder.hidden(
                rows.embeddings(slots: all, of: encoder, in: c), positions: rows.positions,
                visibility: rows.visibility, adapter: adapter, results: memoryRows, in: c)
            made.append(self.slots(from: hidden, in: c))
            count += tokens.count
        }
        let all = made.isEmpty ? Tensor(shape: [0, memory.width], on: c.backend) : c.concatenateRows(made)
        var ranges: [Range<Int>] = []
        for own in slots {
            let first = ranges.last?.upperBound ?? 0
            ranges.append(first..<first + own.count)
        }
        return SoftPrompts(
            slots: c.gatherRows(all, slots.joined().map { Int32($0.slot) }), ranges: ranges,
            positions: slots.map { $0.map(\.position) }, next: contexts.map(\.tokens.count))
    }

    /// Where the windows of a context's beginning end, as many as the whole may keep.
    private static func windowEnds(of context: Context, upTo end: Int) -> [Int] {
        if end == context.tokens.count { return context.windows.map(\.upperBound) }
        return Budget.positions(context.budget).windows(of: end).map(\.upperBound)
    }
}
