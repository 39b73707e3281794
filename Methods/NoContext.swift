import Contract

/// The prompt alone: what a score must beat to mean anything.
public struct NoContext: DirectMethod {
    public static let card = MethodCard(
        id: "no-context", name: "No context", family: .reference, role: .lower,
        summary: "The question without its context.",
        loses: "Everything.")

    public let parameters: NoParameters

    public init(parameters: NoParameters) {
        self.parameters = parameters
    }

    public func compress(_ context: Context) -> Kept {
        .selection([])
    }
}
