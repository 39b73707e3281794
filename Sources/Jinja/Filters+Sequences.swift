/// Filters of lists, dictionaries and other values that can be looped over.
extension Filters {
    static let sequences: [String: Filter] = [
        "list": { _, value, arguments in
            try arguments.requireNone(of: "list")
            return .list(try value.elements("made a list"))
        },
        "first": { _, value, arguments in
            try arguments.requireNone(of: "first")
            return try value.elements("asked for its first").first ?? .undefined("the first of nothing")
        },
        "last": { _, value, arguments in
            try arguments.requireNone(of: "last")
            if case .list(let list) = value, list.kind == .iterator {
                throw Fault.unsuitable("what can only be gone through has no last; use list")
            }
            return try value.elements("asked for its last").last ?? .undefined("the last of nothing")
        },
        "join": { interpreter, value, arguments in
            let given = try arguments.bound(to: ["d", "attribute"], of: "join")
            let separator = try given[0]?.text() ?? ""
            var result = ""
            for (number, part) in try attributes(given[1], of: value, interpreter).enumerated() {
                result += number > 0 ? separator : ""
                result += try part.text()
                try Limit.check(bytes: result.utf8.count)
            }
            return .string(result)
        },
        "reverse": { _, value, arguments in
            try arguments.requireNone(of: "reverse")
            if let text = value.string { return .string(String(text.unicodeScalars.reversed())) }
            return .iterator(try value.elements("reversed").reversed())
        },
        "items": { _, value, arguments in
            try arguments.requireNone(of: "items")
            switch value {
            case .undefined: return .iterator([])
            case .dictionary(let dictionary): return .iterator(dictionary.pairs)
            case _: throw Fault.unsuitable("a \(value.typeName) has no items")
            }
        },
        "map": map,
        "select": { try choose($0, $1, $2, of: "select", keeps: true) },
        "reject": { try choose($0, $1, $2, of: "reject", keeps: false) },
        "selectattr": { try choose($0, $1, $2, of: "selectattr", byAttribute: true, keeps: true) },
        "rejectattr": { try choose($0, $1, $2, of: "rejectattr", byAttribute: true, keeps: false) },
        "sort": { interpreter, value, arguments in
            let given = try arguments.bound(to: ["reverse", "case_sensitive", "attribute"], of: "sort")
            try interpreter.spend(value.weight)
            // Several attributes have commas between them. Lists of what is compared have an order where equal
            // values have none.
            let keys = (given[2]?.string?.split(",", limit: .max).map { Value.string($0) } ?? [given[2]])
                .map { key($0, given[1], interpreter) }
            return .list(
                try sorted(try value.elements("sorted"), isReversed: given[0]?.isTrue ?? false) { element in
                    .list(try keys.map { try $0(element) })
                })
        },
        "dictsort": { interpreter, value, arguments in
            let given = try arguments.bound(to: ["case_sensitive", "by", "reverse"], of: "dictsort")
            guard case .dictionary(let dictionary) = value else {
                throw Fault.unsuitable("a \(value.typeName) is no dictionary to sort")
            }
            try interpreter.spend(value.weight)
            let place: Value
            switch try given[1].text() ?? "key" {
            case "key": place = .integer(0)
            case "value": place = .integer(1)
            case let other: throw Fault.unsuitable("'dictsort' is by 'key' or 'value', not by '\(other)'")
            }
            return .list(
                try sorted(
                    dictionary.pairs, isReversed: given[2]?.isTrue ?? false,
                    by: key(place, given[0], interpreter)))
        },
        "unique": { interpreter, value, arguments in
            let given = try arguments.bound(to: ["case_sensitive", "attribute"], of: "unique")
            try interpreter.spend(value.weight)
            let key = key(given[1], given[0], interpreter)
            var seen = DictionaryValue()
            return .iterator(
                try value.elements("made unique").filter { element in
                    let key = try key(element)
                    guard seen[key] == nil else { return false }
                    try seen.set(key, to: .none)
                    return true
                })
        },
        "min": { try extreme($0, $1, $2, of: "min") { try $0.isLess(than: $1) } },
        "max": { try extreme($0, $1, $2, of: "max") { try $1.isLess(than: $0) } },
        "sum": { interpreter, value, arguments in
            let given = try arguments.bound(to: ["attribute", "start"], of: "sum")
            let numbers = try attributes(given[0], of: value, interpreter) + [given[1] ?? .integer(0)]
            return try numbers.reduce(Number.integer(0)) { sum, value in
                try value.requireDefined()
                guard let number = value.number else {
                    throw Fault.unsuitable("a \(value.typeName) is no number")
                }
                return try Number.combine(sum, .addition, number)
            }.value
        },
    ]

    // MARK: - Attributes

    /// What `role`, `function.name` or `0` is of a value.
    /// - Parameter otherwise: what is put for each name on the way that there is not
    private static func attribute(
        _ path: Value, of value: Value, _ interpreter: Interpreter, otherwise: Value? = nil
    ) throws -> Value {
        try interpreter.spend(path.size)
        let names = path.string?.split(".", limit: .max).map { Int($0).map(Value.integer) ?? .string($0) }
        return try (names ?? [path]).reduce(value) { value, name in
            let found = try interpreter.item(name, of: value)
            return found.isUndefined ? otherwise ?? found : found
        }
    }

    /// The elements, or what an attribute is of each.
    private static func attributes(
        _ path: Value?, of value: Value, _ interpreter: Interpreter
    ) throws -> [Value] {
        let elements = try value.elements("gone through")
        guard let path, !isNone(path) else { return elements }
        return try elements.map { try attribute(path, of: $0, interpreter) }
    }

    // MARK: - Map and select

    /// What is gone through; nothing of what is false, as none is.
    private static func elements(of value: Value, _ purpose: String) throws -> [Value] {
        value.isTrue ? try value.elements(purpose) : []
    }

    private static let map: Filter = { interpreter, value, arguments in
        let elements = try elements(of: value, "mapped")
        guard let first = arguments.positional.first else {
            let names = CallArguments(named: arguments.named)
            let given = try names.bound(to: ["attribute", "default"], of: "map")
            guard let path = given[0] else {
                throw Fault.unsuitable("'map' was given no filter and no attribute")
            }
            return .iterator(
                try elements.map { try attribute(path, of: $0, interpreter, otherwise: given[1]) })
        }
        let rest = CallArguments(positional: Array(arguments.positional.dropFirst()), named: arguments.named)
        return .iterator(
            try elements.map { element in
                try interpreter.step {
                    try interpreter.made(try interpreter.apply(filter: try first.text(), to: element, rest))
                }
            })
    }

    /// The elements for which a test holds, or does not; without a test those that are true, or are not.
    private static func choose(
        _ interpreter: Interpreter, _ value: Value, _ arguments: CallArguments, of name: String,
        byAttribute: Bool = false, keeps: Bool
    ) throws -> Value {
        var rest = arguments.positional[...]
        let path = byAttribute ? rest.popFirst() : nil
        guard !byAttribute || path != nil else { throw Fault.unsuitable("'\(name)' was given no attribute") }
        let test = rest.popFirst()
        let others = CallArguments(positional: Array(rest), named: arguments.named)
        return .iterator(
            try elements(of: value, "chosen from").filter { element in
                try interpreter.step {
                    let value = try path.map { try attribute($0, of: element, interpreter) } ?? element
                    let holds =
                        try test.map { try interpreter.passes(test: try $0.text(), value, others) }
                        ?? value.isTrue
                    return holds == keeps
                }
            })
    }

    // MARK: - Order

    /// What is compared of an element: an attribute or itself, in small letters unless they matter.
    private static func key(
        _ path: Value?, _ isCaseSensitive: Value?, _ interpreter: Interpreter
    ) -> (Value) throws -> Value {
        { element in
            let value =
                try path.flatMap { isNone($0) ? nil : $0 }
                .map { try attribute($0, of: element, interpreter) } ?? element
            guard let text = value.string, isCaseSensitive?.isTrue != true else { return value }
            return .string(text.lowercased())
        }
    }

    /// Elements in order; those that are equal stay as they were, reversed or not.
    private static func sorted(
        _ elements: [Value], isReversed: Bool, by key: (Value) throws -> Value
    ) throws -> [Value] {
        let keyed = try elements.enumerated().map { (key: try key($1), number: $0, element: $1) }
        return try keyed.sorted { a, b in
            let (first, second) = isReversed ? (b, a) : (a, b)
            if try first.key.isLess(than: second.key) { return true }
            return try second.key.isLess(than: first.key) ? false : a.number < b.number
        }.map(\.element)
    }

    private static func extreme(
        _ interpreter: Interpreter, _ value: Value, _ arguments: CallArguments, of name: String,
        _ isBetter: (Value, Value) throws -> Bool
    ) throws -> Value {
        let given = try arguments.bound(to: ["case_sensitive", "attribute"], of: name)
        try interpreter.spend(value.weight)
        let key = key(given[1], given[0], interpreter)
        var best: (key: Value, element: Value)?
        for element in try value.elements("compared") {
            let key = try key(element)
            if let found = best, try !isBetter(key, found.key) { continue }
            best = (key, element)
        }
        return best?.element ?? .undefined("the \(name) of nothing")
    }
}
