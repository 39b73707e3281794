import Contract

/// Keeps every r-th token: the last of each window that is as long as the ratio.
public struct Stride: DirectMethod {
    public static let card = MethodCard(
        id: "stride", name: "Stride", family: .hardPrompt,
        summary: "Keeps one token of every window, at the same place in each.",
        loses: "The others, so that words of several tokens come apart.",
        parameters: ["keep": "which token of a window"])

    public struct Parameters: MethodParameters {
        public var keep = Place.last

        public init() {}
    }

    public enum Place: String, Codable, CaseIterable, Sendable {
        case first, last
    }

    public let parameters: Parameters

    public init(parameters: Parameters) {
        self.parameters = parameters
    }

    public func compress(_ context: Context) -> Kept {
        .selection(
            context.windows.map { window in
                switch parameters.keep {
                case .first: window.lowerBound
                case .last: window.upperBound - 1
                }
            })
    }
}
