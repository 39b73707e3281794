import CacheMethods
import Contract
import LanguageModels
import Tensors

/// Keeps the keys that differ most from the others of their head, and their values.
///
/// Park et al. 2025, arXiv 2504.15364: keys that point elsewhere than most are those that queries single out.
/// The score is minus the cosine between a cached key and the mean of its head's normalised keys.
public struct KeyDiff: ScoredCacheMethod {
    public static let card = MethodCard(
        id: "keydiff", name: "KeyDiff", family: .kvCache,
        summary: "Keeps the keys that are least like the mean key of their layer and KV head.",
        loses: "Nearly all of many tokens with similar keys.",
        verified:
            "Keys kept, logits and greedy tokens as in kvpress (`cache_methods.py`); answers on SQuAD (`kvpress_squad.py`).",
        paper: "https://arxiv.org/abs/2504.15364")

    public let parameters: NoParameters

    public init(parameters: NoParameters) {
        self.parameters = parameters
    }

    public func read(_ context: Context, by reader: ContextReader, in c: Computation) -> ScoredPass {
        let pass = reader.pass(over: context, in: c)
        return pass.scored { pass.keys(layer: $0).map(Self.differences) }
    }

    /// keys: [tokens, headDim]
    private static func differences(_ keys: Tensor) -> [Float] {
        let (width, values) = (keys.width, keys.values)
        let norms = keys.rowNorms.map { max($0, 1e-12) }
        var anchor = [Float](repeating: 0, count: width)
        for (row, norm) in norms.enumerated() {
            for i in 0..<width { anchor[i] += values[row * width + i] / norm }
        }
        let length = anchor.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return norms.enumerated().map { row, norm in
            let product = (0..<width).reduce(Float(0)) { $0 + anchor[$1] * values[row * width + $1] }
            return -product / (norm * max(length, 1e-12))
        }
    }
}
