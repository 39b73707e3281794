import Contract

/// Keeps one end of the context, or both.
public struct Truncation: DirectMethod {
    public static let card = MethodCard(
        id: "truncation", name: "Truncation", family: .hardPrompt,
        summary: "Keeps the first tokens, the last, or half of each.",
        loses: "Whatever stands in the part that is cut off.",
        parameters: [
            "keep": "which end stays, or half of each"
        ])

    public struct Parameters: MethodParameters {
        public var keep = Keep.head

        public init() {}
    }

    public enum Keep: String, Codable, CaseIterable, Sendable {
        case head, tail
        /// The first and the last, as several serving stacks cut by default.
        case middleOut = "middle-out"
    }

    public let parameters: Parameters

    public init(parameters: Parameters) {
        self.parameters = parameters
    }

    public func compress(_ context: Context) -> Kept {
        let (all, budget) = (context.tokens.indices, context.budget)
        switch parameters.keep {
        case .head: return .selection(all.prefix(budget))
        case .tail: return .selection(all.suffix(budget))
        case .middleOut:
            let tail = budget / 2
            return .selection(all.prefix(budget - tail) + all.suffix(tail))
        }
    }
}
