import Seeding
import Tensors

/// LoRA (Hu et al. 2021): low-rank additions to some projections, switched on per call.
public final class LowRankAdapter {
    /// One projection's addition: x ↦ scale · B (A x). down (A): [rank, in]; up (B): [out, rank]
    public struct Pair {
        public let down: Tensor
        public let up: Tensor
    }

    public let scale: Float
    public let rank: Int
    /// By the projection's checkpoint name, such as `model.layers.0.self_attn.q_proj`.
    public let pairs: [String: Pair]

    public init(pairs: [String: Pair], rank: Int, alpha: Double) {
        self.pairs = pairs
        self.rank = rank
        scale = Float(alpha / Double(rank))
    }

    /// A fresh adapter: A random, B zero, so that it changes nothing yet.
    public convenience init(
        for model: LanguageModel, targets: Set<String>, rank: Int, alpha: Double,
        using generator: inout SeededGenerator
    ) {
        var pairs: [String: Pair] = [:]
        for projection in model.projections where targets.contains(projection.shortName) {
            let deviation = 1 / Double(projection.weight.width).squareRoot()
            pairs[projection.name] = Pair(
                down: Tensor(normal: deviation, shape: [rank, projection.weight.width], using: &generator),
                up: Tensor(shape: [projection.weight.rows, rank]))
        }
        self.init(pairs: pairs, rank: rank, alpha: alpha)
    }

    /// Everything that training changes, by PEFT's names.
    public var tensors: [String: Tensor] {
        var result: [String: Tensor] = [:]
        for (name, pair) in pairs {
            result["base_model.model.\(name).lora_A.weight"] = pair.down
            result["base_model.model.\(name).lora_B.weight"] = pair.up
        }
        return result
    }
}
