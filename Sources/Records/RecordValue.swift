/// A value as a data file writes it.
public enum RecordValue: Equatable, Sendable {
    case null
    case flag(Bool)
    /// The digits as they are written: identifiers of any length stay what they are.
    case number(String)
    case text(String)
    case list([RecordValue])
    case object([String: RecordValue])

    /// One JSON value; nil where the text is none.
    package init?(json: String) {
        var parser = JSONParser(ByteCursor(json), spansLines: true)
        guard let value = try? parser.value(), (try? parser.next()) == .some(nil), parser.takeFlaw() == nil
        else {
            return nil
        }
        self = value
    }

    /// For error messages: a few characters of one line.
    var summary: String {
        switch self {
        case .null: "null"
        case .flag(let flag): "\(flag)"
        case .number(let digits): String(digits.prefix(40))
        case .text(let text):
            "'\(text.prefix(40).map { $0.isNewline ? " " : String($0) }.joined())'"
        case .list: "a list"
        case .object: "an object"
        }
    }
}
