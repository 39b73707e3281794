/// A method as users write it: its identifier, and behind colons the parameters that are not the defaults, such as
/// `pic:visibility=chunk+memory`.
public struct WrittenMethod: Sendable {
    public let id: String
    public let assignments: [(name: String, value: String)]

    public init(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        id = parts.first ?? ""
        assignments = parts.dropFirst().map { part in
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
                String.init)
            return (name: sides[0], value: sides.count == 2 ? sides[1] : "")
        }
    }
}

extension CompressionMethod {
    /// With its defaults.
    public static var standard: any ConfiguredMethod { Self(parameters: Parameters()) }

    /// - Throws: `ContractError` for parameters that it does not have, and values that they do not take
    public init(_ written: WrittenMethod) throws {
        self.init(parameters: try Parameters(written.assignments, method: Self.card.id))
    }
}
