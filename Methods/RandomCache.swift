import CacheMethods
import Contract
import LanguageModels
import Seeding
import Tensors

/// Keeps keys and values drawn at random in each layer and KV head: the floor of its family.
public struct RandomCache: ScoredCacheMethod {
    public static let card = MethodCard(
        id: "random-kv", name: "Random keys", family: .kvCache,
        summary: "Keeps random keys of each layer and KV head, and their values.",
        loses: "Any entry with the same chance, others in each head.")

    public let parameters: NoParameters

    public init(parameters: NoParameters) {
        self.parameters = parameters
    }

    public func read(_ context: Context, by reader: ContextReader, in c: Computation) -> ScoredPass {
        let pass = reader.pass(over: context, in: c)
        var generator = SeededGenerator(seed: context.seed, stream: "random-keys")
        return pass.scored { _ in
            (0..<reader.model.configuration.kvHeads).map { _ in
                (0..<pass.count).map { _ in Float(generator.unit()) }
            }
        }
    }
}
