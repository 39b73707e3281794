import Contract

/// Keeps the middle of the context.
struct Middle: DirectMethod {
    static let card = MethodCard(
        id: "middle", name: "Middle", family: .hardPrompt, summary: "Keeps the middle of the context.",
        loses: "Both ends.", version: "1")

    let parameters: NoParameters

    init(parameters: NoParameters = .init()) { self.parameters = parameters }

    func compress(_ context: Context) -> Kept {
        let first = (context.tokens.count - context.budget) / 2
        return .selection(first..<first + context.budget)
    }
}
