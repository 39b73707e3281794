import CacheMethods
import Contract
import LanguageModels
import Tensors

/// SnapKV with more of the budget in lower layers.
///
/// Cai et al. 2024, arXiv 2406.02069: budgets of layers fall from the first to the last by equal steps. The last has
/// the mean budget ÷ `beta`, unless the first would then have more than there is; where the last would not hold its
/// window, all have the same.
public struct PyramidKV: CacheMethod {
    public static let card = MethodCard(
        id: "pyramidkv", name: "PyramidKV", family: .kvCache,
        summary: "SnapKV with budgets that fall from the first layer to the last.",
        loses: "What SnapKV loses, less of it in lower layers and more in upper ones.",
        verified:
            "Keys kept, logits and greedy tokens as in kvpress (`cache_methods.py`); answers on SQuAD (`kvpress_squad.py`).",
        paper: "https://arxiv.org/abs/2406.02069",
        parameters: [
            "window": "the most last tokens whose attention counts",
            "kernel": "tokens over which weights are pooled, an odd number",
            "beta": "how many times less than the mean the last layer keeps",
        ])

    public struct Parameters: MethodParameters {
        /// The most tokens whose attention counts, as for `snapkv`.
        public var window = 8
        public var kernel = 5
        /// How many times less than the mean the last layer has.
        public var beta = 20

        public static let ranges: [String: ClosedRange<Double>] = [
            "window": 1...4096, "kernel": 1...255, "beta": 1...1000,
        ]

        public init() {}

        var snapKV: SnapKV.Parameters {
            var result = SnapKV.Parameters()
            (result.window, result.kernel) = (window, kernel)
            return result
        }
    }

    public let parameters: Parameters

    public init(parameters: Parameters) {
        self.parameters = parameters
    }

    public func keep(_ context: Context, by reader: ContextReader, in c: Computation) throws -> Kept {
        let read = SnapKV(parameters: parameters.snapKV).read(context, by: reader, in: c)
        return read.keeping { .best(budgets(of: context, layers: $0.count), by: $0) }
    }

    /// Tokens that each layer keeps, `context.budget` on average.
    private func budgets(of context: Context, layers: Int) -> [Int] {
        let (mean, all) = (Double(context.budget), Double(context.tokens.count))
        let window = Double(parameters.snapKV.window(of: context, asked: 0))
        var least = mean / Double(parameters.beta)
        var most = 2 * mean - least
        if most >= all - window {
            most = all - window
            least = 2 * mean - most
        }
        guard layers > 1, all >= most, most >= least, least >= window else {
            return Array(repeating: context.budget, count: layers)
        }
        let step = (most - least) / Double(layers - 1)
        // Rounded so that none of the budget is lost and none is added.
        let sums = (0...layers).map { n in
            (Double(n) * most - step * Double(n * (n - 1)) / 2).rounded()
        }
        return zip(sums.dropFirst(), sums).map { Int($0 - $1) }
    }
}
