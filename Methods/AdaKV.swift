import CacheMethods
import Contract
import LanguageModels
import Tensors

/// Shares a layer's budget out among its heads by the scores of another method.
///
/// Feng et al. 2024, arXiv 2407.11550: the entries with the highest scores of all KV heads of a layer together
/// stay; each head keeps at least a share of its even budget.
public struct AdaKV: CacheMethod {
    public static let card = MethodCard(
        id: "adakv", name: "Ada-KV", family: .kvCache,
        summary:
            "Keeps each layer's best entries by another method's scores, more in some heads than in others.",
        loses: "What the other method loses, more of it in heads with low scores.",
        verified:
            "Keys kept, logits and greedy tokens as in kvpress (`cache_methods.py`); answers on SQuAD (`kvpress_squad.py`).",
        paper: "https://arxiv.org/abs/2407.11550",
        parameters: [
            "over": "whose scores",
            "least": "the share of its even budget that each head keeps at least",
        ])

    public struct Parameters: MethodParameters {
        /// Whose scores.
        public var over = Scores.snapKV
        /// The share of its even budget that each head keeps at least.
        public var least = 0.2

        public static let ranges: [String: ClosedRange<Double>] = ["least": 0...1]

        public init() {}
    }

    public enum Scores: String, Codable, CaseIterable, Sendable {
        case snapKV = "snapkv"
        case expectedAttention = "expected-attention"
        case h2o, tova, knorm, keydiff

        var method: any ScoredCacheMethod {
            switch self {
            case .snapKV: SnapKV(parameters: .init())
            case .expectedAttention: ExpectedAttention(parameters: .init())
            case .h2o: H2O(parameters: .init())
            case .tova: TOVA(parameters: .init())
            case .knorm: KNorm(parameters: .init())
            case .keydiff: KeyDiff(parameters: .init())
            }
        }
    }

    public let parameters: Parameters

    public init(parameters: Parameters) {
        self.parameters = parameters
    }

    public func keep(_ context: Context, by reader: ContextReader, in c: Computation) throws -> Kept {
        let least = Int(Double(context.budget) * parameters.least)
        return try parameters.over.method.read(context, by: reader, in: c).keeping {
            .bestOfLayer(context.budget, atLeast: max(1, least), by: $0)
        }
    }
}
