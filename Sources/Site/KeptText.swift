/// What a hard prompt kept of a context, found again in it.
///
/// The store has the kept text, not where its tokens stood. The reading with the fewest stretches is
/// shown: one for a head or a tail, one a run of neighbours for a selection. Where the same words
/// stand more than once, another reading can be as good.
public struct KeptText {
    /// Stretches of the context in order, each kept or not; together the whole context.
    public let parts: [(text: String, isKept: Bool)]

    /// Pairs of bytes that are compared at most; beyond that, the first reading found is shown.
    private static let mostPairs = 16_000_000
    /// What a new stretch costs, what it costs more to begin or end one within a word, and what a kept
    /// byte costs that is nowhere in the context.
    private static let stretch: Int32 = 2
    private static let withinWord: Int32 = 1
    private static let missing: Int32 = 9

    public init(_ kept: String, in context: String) {
        let kept = Array(kept.drop { $0 == " " }.utf8)
        let bytes = Array(context.utf8)
        let isKept =
            kept.count * bytes.count <= Self.mostPairs
            ? Self.fewestStretches(kept, bytes) : Self.firstReading(kept, bytes)
        var parts: [(text: String, isKept: Bool)] = []
        var next = 0
        for character in context {
            let count = String(character).utf8.count
            let kept = isKept[next]
            next += count
            if parts.last?.isKept == kept {
                parts[parts.count - 1].text.append(character)
            } else {
                parts.append((String(character), kept))
            }
        }
        self.parts = parts
    }

    /// Edit distance without replacement: a context byte is passed over for nothing, a kept one begins
    /// a stretch, goes on with one for nothing, or is not found.
    private static func fewestStretches(_ kept: [UInt8], _ context: [UInt8]) -> [Bool] {
        let width = context.count + 1
        let far = Int32.max / 2
        // The cost of an edge before each context byte.
        let edge = context.indices.map { j in
            j > 0 && isLetter(context[j - 1]) && isLetter(context[j]) ? withinWord : 0
        }
        // Costs with the last context byte kept, and passed over; and how each came about.
        var keptCost = [Int32](repeating: far, count: width)
        var passedCost = [Int32](repeating: 0, count: width)
        var steps = [UInt8](repeating: 0, count: (kept.count + 1) * width)
        for (i, byte) in kept.enumerated() {
            var nextKept = [Int32](repeating: far, count: width)
            var nextPassed = [Int32](repeating: far, count: width)
            for j in 0..<width {
                var step: UInt8 = 0
                if j > 0, context[j - 1] == byte {
                    let goesOn = keptCost[j - 1]
                    let begins = passedCost[j - 1] + stretch + edge[j - 1]
                    nextKept[j] = min(goesOn, begins)
                    if goesOn <= begins { step |= Step.goesOn.rawValue }
                }
                let lost = min(keptCost[j], passedCost[j]) + missing
                nextPassed[j] = lost
                if keptCost[j] <= passedCost[j] { step |= Step.lostAfterKept.rawValue }
                if j > 0 {
                    let ended = nextKept[j - 1] + edge[j - 1]
                    let after = min(ended, nextPassed[j - 1])
                    // Of readings as good as each other the earliest, unless one ends the context.
                    if ended < nextPassed[j - 1] { step |= Step.passAfterKept.rawValue }
                    if after < lost {
                        nextPassed[j] = after
                        step |= Step.pass.rawValue
                    }
                }
                steps[(i + 1) * width + j] = step
            }
            (keptCost, passedCost) = (nextKept, nextPassed)
        }
        return trace(
            steps, rows: kept.count, columns: context.count,
            endsKept: keptCost[width - 1] <= passedCost[width - 1])
    }

    /// Of ASCII, or any byte of a longer character.
    private static func isLetter(_ byte: UInt8) -> Bool {
        byte >= 0x80 || (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a
    }

    private enum Step: UInt8 {
        /// A kept byte goes on with the stretch of the one before.
        case goesOn = 1
        /// Passed over, not lost.
        case pass = 2
        case passAfterKept = 4
        case lostAfterKept = 8
    }

    private static func trace(_ steps: [UInt8], rows: Int, columns: Int, endsKept: Bool) -> [Bool] {
        var result = [Bool](repeating: false, count: columns)
        var (i, j, isKept) = (rows, columns, endsKept)
        while i > 0 {
            let step = steps[i * (columns + 1) + j]
            func has(_ flag: Step) -> Bool { step & flag.rawValue != 0 }
            if isKept {
                result[j - 1] = true
                isKept = has(.goesOn)
                (i, j) = (i - 1, j - 1)
            } else if has(.pass) {
                isKept = has(.passAfterKept)
                j -= 1
            } else {
                isKept = has(.lostAfterKept)
                i -= 1
            }
        }
        return result
    }

    /// Each kept byte where it is next found.
    private static func firstReading(_ kept: [UInt8], _ context: [UInt8]) -> [Bool] {
        var result = [Bool](repeating: false, count: context.count)
        var place = 0
        for byte in kept {
            guard let found = context[place...].firstIndex(of: byte) else { continue }
            result[found] = true
            place = found + 1
        }
        return result
    }
}
