import Contract

/// The whole context: what every compression is measured against from above.
public struct FullContext: DirectMethod {
    public static let card = MethodCard(
        id: "none", name: "Full context", family: .reference, role: .upper,
        summary: "The context as it is; ratio 1.",
        loses: "Nothing.",
        verified: "Logits and greedy tokens as in transformers (`checkpoints.py`, `shots.py`).")

    public let parameters: NoParameters

    public init(parameters: NoParameters) {
        self.parameters = parameters
    }

    public func compress(_ context: Context) -> Kept {
        .selection(context.tokens.indices)
    }
}
