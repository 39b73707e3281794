import Bench

/// Keeps every r-th token: the last of each window that is as long as the ratio.
public struct Stride: CompressionMethod {
    public static let card = MethodCard(
        id: "stride", name: "Stride", family: .hardPrompt,
        summary: "Keeps one token of every window, at the same place in each.")

    public struct Parameters: MethodParameters {
        public var keep = Place.last

        public init() {}
    }

    public enum Place: String, Codable, Sendable {
        case first, last
    }

    public let parameters: Parameters

    public init(parameters: Parameters) {
        self.parameters = parameters
    }

    public func compress(_ context: Context, with tools: Tools) -> CompressedContext {
        .tokens(
            context.windows.map { window in
                switch parameters.keep {
                case .first: context.tokens[window.lowerBound]
                case .last: context.tokens[window.upperBound - 1]
                }
            })
    }
}
