/// What can stand behind `|`.
enum Filters {
    typealias Filter = @Sendable (Interpreter, Value, CallArguments) throws -> Value

    static let all: [String: Filter] = [values, texts, sequences].reduce(into: [:]) { all, some in
        all.merge(some) { $1 }
    }

    /// Of any value.
    private static let values: [String: Filter] = [
        "default": orDefault, "d": orDefault,
        "string": { _, value, arguments in
            try arguments.requireNone(of: "string")
            return .string(try value.text())
        },
        "safe": { _, value, arguments in
            try arguments.requireNone(of: "safe")
            return .markup(try value.text())
        },
        "length": length, "count": length,
        "tojson": json,
        "int": { _, value, arguments in
            let given = try arguments.bound(to: ["default", "base"], of: "int")
            guard try given[1].integer(10) == 10 else {
                throw Fault.unsupported(kind: "base of numbers", name: "\(try given[1].integer(10))")
            }
            return try wholeNumber(value) ?? given[0] ?? .integer(0)
        },
        "float": { _, value, arguments in
            let otherwise = try arguments.only("default", of: "float")
            try value.requireDefined()
            let number = float(value)
            return number.map(Value.float) ?? otherwise ?? .float(0)
        },
        "abs": { _, value, arguments in
            try arguments.requireNone(of: "abs")
            guard let number = value.number else {
                throw Fault.unsuitable("a \(value.typeName) is no number")
            }
            return number < .integer(0)
                ? try Number.combine(.integer(0), .subtraction, number).value : number.value
        },
    ]

    private static let orDefault: Filter = { _, value, arguments in
        let given = try arguments.bound(to: ["default_value", "boolean"], of: "default")
        let isMissing = value.isUndefined || (given[1]?.isTrue == true && !value.isTrue)
        return isMissing ? given[0] ?? .string("") : value
    }

    private static let length: Filter = { _, value, arguments in
        try arguments.requireNone(of: "length")
        guard let length = value.length else { throw Fault.unsuitable("a \(value.typeName) has no length") }
        return .integer(length)
    }

    /// Nil for what is no number; one of more than 64 bits is refused.
    private static func wholeNumber(_ value: Value) throws -> Value? {
        try value.requireDefined()
        if case .integer(let number)? = value.number { return .integer(number) }
        if let number = value.string.flatMap({ Int($0.stripped()) }) { return .integer(number) }
        guard let number = float(value) else { return nil }
        return .integer(try number.truncated())
    }

    /// A number, or what a text writes out in digits.
    private static func float(_ value: Value) -> Double? {
        let text = value.string?.stripped()
        let digits = text.flatMap { $0.utf8.allSatisfy("+-.0123456789eE".utf8.contains) ? Double($0) : nil }
        return value.number.map { Double($0) } ?? digits
    }

    private static let json: Filter = { _, value, arguments in
        let given = try arguments.bound(
            to: ["ensure_ascii", "indent", "separators", "sort_keys"], of: "tojson")
        let indent: String?
        switch given[1] {
        case nil, .none?: indent = nil
        case let text? where text.string != nil: indent = text.string
        case let width: indent = spaces(try width.integer(0))
        }
        var separators: (item: String, key: String)?
        if let pair = given[2], !isNone(pair) {
            let texts = try pair.elements("separators").compactMap(\.string)
            guard texts.count == 2 else { throw Fault.unsuitable("the separators of 'tojson' are two texts") }
            separators = (texts[0], texts[1])
        }
        return .string(
            try JSONWriter.text(
                of: value, indent: indent, separators: separators, sortsKeys: given[3]?.isTrue ?? false,
                isASCII: given[0]?.isTrue ?? false))
    }

    static func isNone(_ value: Value) -> Bool {
        if case .none = value { true } else { false }
    }

    /// What indents a line: no more than a line of text would be.
    static func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, min(count, 1000))) }
}
