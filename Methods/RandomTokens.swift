import Contract
import Seeding

/// Keeps tokens drawn at random, in their order: the floor that a selection must beat.
public struct RandomTokens: DirectMethod {
    public static let card = MethodCard(
        id: "random", name: "Random tokens", family: .hardPrompt,
        summary: "Keeps a random subset of the tokens in order.",
        loses: "Any token with the same chance, so that names and phrases come apart.")

    public let parameters: NoParameters

    public init(parameters: NoParameters) {
        self.parameters = parameters
    }

    public func compress(_ context: Context) -> Kept {
        var generator = SeededGenerator(seed: context.seed, stream: "random-tokens")
        return .selection(generator.shuffled(context.tokens.indices).prefix(context.budget).sorted())
    }
}
