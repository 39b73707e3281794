import Tensors

/// Where memory tokens look: the attention mass of each over the context, averaged over documents,
/// layers and heads.
///
/// Documents differ in length, so that both axes are relative: a row is the memory token at the same
/// place of every document; the stretch of the context that it stands for lies on the row's own bins
/// whatever the lengths, and what is before and behind it on the bins before and behind. What a row
/// lacks of 1 went to the begin token and to memory tokens.
public struct MemoryAttention: Sendable, Equatable {
    /// [memories][bins]; as many bins of its own for each memory token.
    public let mass: [[Double]]
    public let documents: Int

    /// Of a longer compressed context, as many memory tokens at equal distances.
    public static let mostMemories = 64

    /// One document: each watched memory token's weights of the context's tokens, and the windows that
    /// all its memory tokens stand for.
    public struct Document {
        let weights: [[Double]]
        let windows: [Range<Int>]

        public init(weights: [[Double]], windows: [Range<Int>]) {
            self.weights = weights
            self.windows = windows
        }
    }

    /// - Returns: nil where no memory token looked at a context
    public init?(_ documents: [Document]) {
        // A method with other memory tokens than one a window has no windows to show them on.
        let documents = documents.filter {
            !$0.weights.isEmpty && $0.weights.count == Self.sample(of: $0.windows.count).count
        }
        let counts = documents.map(\.weights.count).sorted()
        guard !counts.isEmpty else { return nil }
        let rows = counts[counts.count / 2]
        let own = (Self.mostMemories + rows - 1) / rows
        var mass = [[Double]](repeating: [Double](repeating: 0, count: rows * own), count: rows)
        for document in documents {
            let sample = Self.sample(of: document.windows.count)
            for row in 0..<rows {
                let memory = (2 * row + 1) * document.weights.count / (2 * rows)
                let bins = Self.binned(
                    document.weights[memory], window: document.windows[sample[memory]],
                    own: row * own..<(row + 1) * own, count: rows * own)
                for (bin, value) in bins.enumerated() {
                    mass[row][bin] += value / Double(documents.count)
                }
            }
        }
        // A mean of shares, whatever rounding makes of it.
        self.mass = mass.map { $0.map { min(1, $0) } }
        self.documents = documents.count
    }

    /// Which of `count` memory tokens are looked at.
    static func sample(of count: Int) -> [Int] {
        let taken = min(count, mostMemories)
        return (0..<taken).map { (2 * $0 + 1) * count / (2 * taken) }
    }

    /// Spreads what lies before the window, in it and behind it over the bins before `own`, in it and
    /// behind it. Where there are no such bins, as before the first memory token, the nearest take it.
    private static func binned(
        _ weights: [Double], window: Range<Int>, own: Range<Int>, count: Int
    ) -> [Double] {
        var result = [Double](repeating: 0, count: count)
        let parts = [
            (0..<window.lowerBound, 0..<own.lowerBound), (window, own),
            (window.upperBound..<weights.count, own.upperBound..<count),
        ]
        for (tokens, bins) in parts where !tokens.isEmpty {
            let nearest = min(bins.lowerBound, count - 1)
            let place = bins.isEmpty ? nearest..<nearest + 1 : bins
            let width = Double(place.count) / Double(tokens.count)
            for token in tokens {
                let low = Double(token - tokens.lowerBound) * width
                let high = low + width
                for bin in Int(low)..<min(place.count, Int(high.rounded(.up))) {
                    let shared = min(high, Double(bin + 1)) - max(low, Double(bin))
                    result[place.lowerBound + bin] += weights[token] * max(0, shared) / width
                }
            }
        }
        return result
    }
}
