/// A JSON value as it is written: members in their order, names told apart scalar by scalar.
///
/// Foundation takes canonically equal names (é in one scalar or in two) for one key; a vocabulary has
/// both.
enum JSON {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([(name: String, value: JSON)])

    /// The member of an object; nil where there is none or it is null. The last of equal names counts.
    subscript(name: String) -> JSON? {
        guard case .object(let members) = self,
            let value = members.last(where: { $0.name == name })?.value
        else { return nil }
        if case .null = value { return nil }
        return value
    }

    var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    var integer: Int? { if case .integer(let value) = self { value } else { nil } }
    var string: String? { if case .string(let value) = self { value } else { nil } }
    var array: [JSON]? { if case .array(let value) = self { value } else { nil } }
    var members: [(name: String, value: JSON)]? {
        if case .object(let value) = self { value } else { nil }
    }

    /// What it is, short enough for an error's line.
    var summary: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let value): "'\(value.oneLine)'"
        case .array(let values): "an array of \(values.count)"
        case .object: "an object"
        }
    }
}

extension String {
    /// The text in one line of at most 120 characters, control characters escaped.
    var oneLine: String {
        let scalars = unicodeScalars.prefix(120).map { scalar in
            scalar.properties.generalCategory == .control
                || scalar.properties.isWhitespace && scalar != " "
                ? scalar.escaped(asASCII: true) : String(scalar)
        }
        return scalars.joined() + (unicodeScalars.count > 120 ? "…" : "")
    }
}
