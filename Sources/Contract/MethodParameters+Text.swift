import Foundation

extension MethodParameters {
    /// The defaults with `assignments` over them, each a name and a value as users write them.
    public init(_ assignments: [(name: String, value: String)], method: String) throws {
        let defaults = try JSONDecoder().decode([String: JSONScalar].self, from: JSONEncoder().encode(Self()))
        var fields = defaults
        for (name, value) in assignments {
            let known = Self.choices.map(\.description)
            guard defaults[name] != nil else {
                throw ContractError.unknownParameter(method: method, name: name, known: known)
            }
            func attempt(_ scalar: JSONScalar) -> Self? {
                fields[name] = scalar
                return try? JSONDecoder().decode(Self.self, from: JSONEncoder().encode(fields))
            }
            let readings = [JSONScalar(literal: value), .text(value)].compactMap { $0 }
            let isInRange = Double(value).flatMap { Self.ranges[name]?.contains($0) } ?? true
            guard isInRange, readings.contains(where: { attempt($0) != nil }) else {
                throw ContractError.badParameter(
                    method: method, name: name, value: value, known: known.joined(separator: ", "))
            }
        }
        self = try JSONDecoder().decode(Self.self, from: JSONEncoder().encode(fields))
    }

    /// `name=value` of each, in order of their names.
    private var assignments: [String] { values.map { "\($0.name)=\($0.value)" }.sorted() }

    /// As users write them.
    var values: [(name: String, value: String)] {
        let fields = try? JSONDecoder().decode([String: JSONScalar].self, from: JSONEncoder().encode(self))
        return (fields ?? [:]).map { ($0.key, "\($0.value)") }
    }

    /// Those that differ from their defaults.
    var changes: [String] {
        let defaults = Set(Self().assignments)
        return assignments.filter { !defaults.contains($0) }
    }

    /// A canonical JSON text: equal parameters give equal texts.
    public var json: String { canonicalJSON(self) }
}

/// Equal values give equal texts.
public func canonicalJSON(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
}

/// A JSON value that is no container.
private enum JSONScalar: Codable, CustomStringConvertible {
    case flag(Bool)
    case number(Double)
    case text(String)

    /// The value that a literal stands for; nil where it can only be a text.
    init?(literal: String) {
        if let flag = Bool(literal) {
            self = .flag(flag)
        } else if let number = Double(literal), number.isFinite {
            self = .number(number)
        } else {
            return nil
        }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else {
            self = .text(try container.decode(String.self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .flag(let flag): try container.encode(flag)
        case .number(let number):
            if let whole = Int(exactly: number) {
                try container.encode(whole)
            } else {
                try container.encode(number)
            }
        case .text(let text): try container.encode(text)
        }
    }

    var description: String {
        switch self {
        case .flag(let flag): "\(flag)"
        case .number(let number): number.plainText
        case .text(let text): text
        }
    }
}
