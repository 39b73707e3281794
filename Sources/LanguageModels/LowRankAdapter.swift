import Seeding
import Tensors

/// LoRA (Hu et al. 2021): low-rank additions to some projections, switched on per call.
public final class LowRankAdapter {
    /// One projection's addition: x ↦ scale · B (A x). down (A): [rank, in]; up (B): [out, rank]
    public struct Pair {
        public let down: Tensor
        public let up: Tensor

        public init(down: Tensor, up: Tensor) {
            self.down = down
            self.up = up
        }
    }

    public let configuration: LowRankConfiguration
    public var scale: Float { configuration.scale }
    /// By the projection's checkpoint name, such as `model.layers.0.self_attn.q_proj`.
    public let pairs: [String: Pair]

    public init(_ configuration: LowRankConfiguration, pairs: [String: Pair]) {
        self.configuration = configuration
        self.pairs = pairs
    }

    /// A fresh adapter: A random, B zero, so that it changes nothing yet.
    public convenience init(
        _ configuration: LowRankConfiguration, for model: LanguageModel,
        using generator: inout SeededGenerator
    ) throws {
        let rank = configuration.rank
        guard (1...LowRankConfiguration.largestRank).contains(rank), configuration.alpha.isFinite else {
            throw ModelError.mismatch(
                "an adapter of rank \(rank) and alpha \(configuration.alpha) cannot be made; the rank is "
                    + "1 to \(LowRankConfiguration.largestRank)")
        }
        let targets = try model.projections(of: configuration.targets)
        var pairs: [String: Pair] = [:]
        for projection in targets {
            let deviation = 1 / Double(projection.weight.width).squareRoot()
            pairs[projection.name] = Pair(
                down: Tensor(normal: deviation, shape: [rank, projection.weight.width], using: &generator),
                up: Tensor(shape: [projection.weight.rows, rank]))
        }
        self.init(configuration, pairs: pairs)
    }

    /// Everything that training changes, by PEFT's names.
    public var tensors: [String: Tensor] {
        var result: [String: Tensor] = [:]
        for (name, pair) in pairs {
            result[Self.peftPrefix + name + Self.downSuffix] = pair.down
            result[Self.peftPrefix + name + Self.upSuffix] = pair.up
        }
        return result
    }

    static let peftPrefix = "base_model.model."
    static let downSuffix = ".lora_A.weight"
    static let upSuffix = ".lora_B.weight"
}

extension LanguageModel {
    /// The projections that targets name; each name must be that of one at least.
    /// - Parameter source: who names them, for the error
    func projections(
        of targets: LowRankConfiguration.Targets, source: String = "the adapter"
    ) throws -> [Projection] {
        if case .named(let names) = targets {
            guard !names.isEmpty else { throw ModelError.mismatch("\(source) names no target module") }
            for name in names {
                guard projections.contains(where: { isNamed($0, by: .named([name])) }) else {
                    let known = layers.first?.projections.map(\.shortName) ?? []
                    throw ModelError.mismatch(
                        "\(source): the target module '\(name)' is none of the model's; it has "
                            + known.joined(separator: ", "))
                }
            }
        }
        return projections.filter { isNamed($0, by: targets) }
    }

    /// By its own name, or by that of the projection that it is a part of in the model's folder.
    private func isNamed(_ projection: Projection, by targets: LowRankConfiguration.Targets) -> Bool {
        targets.contain(projection.name)
            || configuration.place(of: projection.name).map { targets.contain($0.name) } == true
    }
}
