/// What can stand behind `is`.
enum Tests {
    typealias Test = @Sendable (Interpreter, Value, CallArguments) throws -> Bool

    static let all: [String: Test] = kinds.merging(comparisons) { $1 }

    private static let kinds: [String: Test] = [
        "defined": plain { !$0.isUndefined },
        "undefined": plain(\.isUndefined),
        "none": plain { if case .none = $0 { true } else { false } },
        "boolean": plain { if case .boolean = $0 { true } else { false } },
        "true": plain { if case .boolean(true) = $0 { true } else { false } },
        "false": plain { if case .boolean(false) = $0 { true } else { false } },
        "integer": plain { if case .integer = $0 { true } else { false } },
        "float": plain { if case .float = $0 { true } else { false } },
        "number": plain { $0.number != nil },
        "string": plain { $0.string != nil },
        "mapping": plain { if case .dictionary = $0 { true } else { false } },
        "callable": plain {
            switch $0 {
            case .macro, .loop, .function, .method, .undefined: true
            case _: false
            }
        },
        // What has a length and elements by key.
        "sequence": plain {
            switch $0 {
            case .string, .markup, .dictionary, .undefined: true
            case .list(let list): list.isIndexed
            case _: false
            }
        },
        "iterable": plain {
            switch $0 {
            case .string, .markup, .dictionary, .undefined, .list: true
            case _: false
            }
        },
        "odd": plain { try remainder($0, by: .integer(2)) == .integer(1) },
        "even": plain { try remainder($0, by: .integer(2)) == .integer(0) },
        "lower": plain { value in
            let text = try value.text()
            return text.unicodeScalars.contains { $0.properties.isCased }
                && text.isSame(as: text.lowercased())
        },
        "upper": plain { value in
            let text = try value.text()
            return text.unicodeScalars.contains { $0.properties.isCased }
                && text.isSame(as: text.uppercased())
        },
        "filter": plain { Filters.all[$0.string ?? ""] != nil },
        "test": plain { all[$0.string ?? ""] != nil },
    ]

    private static let comparisons: [String: Test] = [
        "==": comparing(.equal), "eq": comparing(.equal), "equalto": comparing(.equal),
        "!=": comparing(.unequal), "ne": comparing(.unequal),
        "<": comparing(.less), "lt": comparing(.less), "lessthan": comparing(.less),
        "<=": comparing(.lessOrEqual), "le": comparing(.lessOrEqual),
        ">": comparing(.greater), "gt": comparing(.greater), "greaterthan": comparing(.greater),
        ">=": comparing(.greaterOrEqual), "ge": comparing(.greaterOrEqual),
        "in": comparing(.isIn),
        "divisibleby": { _, value, arguments in
            try remainder(value, by: try other(arguments, "divisibleby")) == .integer(0)
        },
        // Values that are one: of texts and lists only Python knows.
        "sameas": { _, value, arguments in
            switch (value, try other(arguments, "sameas")) {
            case (.none, .none): return true
            case (.boolean(let a), .boolean(let b)): return a == b
            case (.none, _), (.boolean, _), (_, .none), (_, .boolean): return false
            case _: throw Fault.unsupported(kind: "test", name: "sameas")
            }
        },
    ]

    /// A test of a value alone.
    private static func plain(_ test: @escaping @Sendable (Value) throws -> Bool) -> Test {
        { _, value, arguments in
            try arguments.requireNone(of: "is")
            return try test(value)
        }
    }

    private static func comparing(_ comparison: Comparison) -> Test {
        { interpreter, value, arguments in
            try interpreter.holds(value, comparison, try other(arguments, comparison.rawValue))
        }
    }

    /// The value that another is compared with.
    private static func other(_ arguments: CallArguments, _ name: String) throws -> Value {
        guard let other = try arguments.only("other", of: name) else {
            throw Fault.unsuitable("'is \(name)' was given nothing to compare with")
        }
        return other
    }

    private static func remainder(_ value: Value, by divisor: Value) throws -> Number {
        for value in [value, divisor] { try value.requireDefined() }
        guard let a = value.number, let b = divisor.number else {
            throw Fault.unsuitable("a \(value.typeName) was tested where a number is due")
        }
        return try Number.combine(a, .remainder, b)
    }
}
