extension DecodingError {
    /// What is wrong and where, in one line.
    public var line: String {
        func place(_ context: Context, _ last: [any CodingKey] = []) -> String {
            let path = (context.codingPath + last).map(\.stringValue).joined(separator: ".")
            return path.isEmpty ? "the file" : "the field '\(path)'"
        }
        switch self {
        case .keyNotFound(let key, let context): return "\(place(context, [key])) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            let text = context.debugDescription.split(whereSeparator: \.isNewline).joined(separator: " ")
            return "\(place(context)): \(text)"
        @unknown default: return "it is not what was expected"
        }
    }
}
