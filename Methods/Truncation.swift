import Bench

/// Keeps one end of the context, or both.
public struct Truncation: CompressionMethod {
    public static let card = MethodCard(
        id: "truncation", name: "Truncation", family: .hardPrompt,
        summary: "Keeps the first tokens, the last, or half of each.")

    public struct Parameters: MethodParameters {
        public var keep = Keep.head

        public init() {}
    }

    public enum Keep: String, Codable, Sendable {
        case head, tail
        /// The first and the last, as several serving stacks cut by default.
        case middleOut = "middle-out"
    }

    public let parameters: Parameters

    public init(parameters: Parameters) {
        self.parameters = parameters
    }

    public func compress(_ context: Context, with tools: Tools) -> CompressedContext {
        let budget = context.budget
        switch parameters.keep {
        case .head:
            return .tokens(Array(context.tokens.prefix(budget)))
        case .tail:
            return .tokens(Array(context.tokens.suffix(budget)))
        case .middleOut:
            let tail = budget / 2
            return .tokens(context.tokens.prefix(budget - tail) + context.tokens.suffix(tail))
        }
    }
}
