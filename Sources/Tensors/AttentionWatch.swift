import Foundation

/// Where chosen rows of a forward pass look: their attention weights, averaged over layers and heads.
///
/// The weights of the watched rows alone are computed once more, so that the kernels keep no weights.
public final class AttentionWatch: AttentionObserver {
    /// One row, the keys that it sees, and those whose weights are wanted.
    public struct Row {
        let row: Int
        let visible: [Range<Int>]
        let wanted: Range<Int>

        public init(row: Int, visible: [Range<Int>], wanted: Range<Int>) {
            self.row = row
            self.visible = visible
            self.wanted = wanted
        }
    }

    /// Of the groups that were watched so far, each row's weights of the wanted keys; at most 1 together.
    public private(set) var weights: [[[Double]]] = []
    private var groups: [[Row]] = []
    private var sums: [[[Double]]] = []
    private var layersTimesHeads = 0

    public init() {}

    /// Watches groups of rows, such as the memory tokens of each context, in the pass that follows.
    public func begin(_ groups: [[Row]]) {
        self.groups = groups
        sums = groups.map { $0.map { [Double](repeating: 0, count: $0.wanted.count) } }
        layersTimesHeads = 0
    }

    /// The pass is over.
    public func end() {
        let share = 1 / Double(max(layersTimesHeads, 1))
        weights += sums.map { $0.map { $0.map { $0 * share } } }
        groups = []
    }

    /// Watched rows are counted in the whole pass.
    public var needsAllRows: Bool { !groups.isEmpty }

    public func observe(
        layer: Int, queries q: Tensor, keys k: Tensor, values: Tensor, _ shape: AttentionShape
    ) {
        guard !groups.isEmpty else { return }
        layersTimesHeads += shape.heads
        let perKVHead = shape.heads / shape.kvHeads
        let (keyStride, headStride) = shape.strides(of: k)
        q.values.withUnsafeBufferPointer { queries in
            k.values.withUnsafeBufferPointer { keys in
                guard let queries = queries.baseAddress, let keys = keys.baseAddress else { return }
                for (g, group) in groups.enumerated() {
                    for (i, watched) in group.enumerated() {
                        for head in 0..<shape.heads {
                            let query = queries + watched.row * q.width + head * shape.headDim
                            let column = keys + head / perKVHead * headStride
                            let scores = watched.visible.joined().map {
                                shape.scale * dot(query, column + $0 * keyStride, shape.headDim)
                            }
                            add(softmax(of: scores), of: watched, to: &sums[g][i])
                        }
                    }
                }
            }
        }
    }

    private func softmax(of scores: [Float]) -> [Double] {
        let most = scores.max() ?? 0
        let powers = scores.map { Double(exp($0 - most)) }
        let sum = powers.reduce(0, +)
        return powers.map { $0 / sum }
    }

    private func add(_ weights: [Double], of row: Row, to sum: inout [Double]) {
        var first = 0
        for range in row.visible {
            let shared = range.clamped(to: row.wanted)
            for key in shared { sum[key - row.wanted.lowerBound] += weights[first + key - range.lowerBound] }
            first += range.count
        }
    }
}

/// Eight lanes at a time: the compiler does not reorder a sum of floats by itself.
private func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Float {
    var lanes = SIMD8<Float>()
    var i = 0
    while i + 8 <= count {
        let x = UnsafeRawPointer(a + i).loadUnaligned(as: SIMD8<Float>.self)
        let y = UnsafeRawPointer(b + i).loadUnaligned(as: SIMD8<Float>.self)
        lanes += x * y
        i += 8
    }
    var sum = lanes.sum()
    while i < count {
        sum += a[i] * b[i]
        i += 1
    }
    return sum
}
