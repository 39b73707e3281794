import Tensors

/// Where memory tokens look: the attention mass of each over the context, averaged over documents,
/// layers and heads.
///
/// Documents differ in length, so that both axes are relative: a row is the memory token at the same
/// place of every document, a bin the same share of every context. What a row lacks of 1 went to
/// the begin token and to memory tokens.
public struct MemoryAttention: Sendable, Equatable {
    /// [memories][bins]
    public let mass: [[Double]]
    public let documents: Int

    public static let bins = 64
    /// Of a longer compressed context, as many memory tokens at equal distances.
    public static let mostMemories = 64

    /// - Parameter weights: of each document, each watched memory token's weights of the context's tokens
    /// - Returns: nil where no memory token looked at a context
    public init?(_ weights: [[[Double]]]) {
        let documents = weights.filter { !$0.isEmpty }
        let counts = documents.map(\.count).sorted()
        guard !counts.isEmpty else { return nil }
        let rows = counts[counts.count / 2]
        var mass = [[Double]](repeating: [Double](repeating: 0, count: Self.bins), count: rows)
        for document in documents {
            for row in 0..<rows {
                let memory = document[(2 * row + 1) * document.count / (2 * rows)]
                for (bin, value) in Self.binned(memory).enumerated() {
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

    /// A token's weight goes to the bins that it lies in, by the share of it that does.
    private static func binned(_ weights: [Double]) -> [Double] {
        var result = [Double](repeating: 0, count: bins)
        let width = Double(bins) / Double(weights.count)
        for (i, weight) in weights.enumerated() {
            let (low, high) = (Double(i) * width, Double(i + 1) * width)
            for bin in Int(low)..<min(bins, Int(high.rounded(.up))) {
                result[bin] += weight * (min(high, Double(bin + 1)) - max(low, Double(bin))) / width
            }
        }
        return result
    }
}
