extension Interpreter {
    func evaluate(_ expression: Expression) throws -> Value {
        try step(at: expression.position) {
            switch expression.kind {
            case .literal(let value): return value
            case .name(let name): return scope[name] ?? .undefined("'\(name)'")
            case .attribute(let value, let name): return try attribute(name, of: try evaluate(value))
            case .item(let value, let key): return try item(try evaluate(key), of: try evaluate(value))
            case .not(let value): return .boolean(!(try evaluate(value).isTrue))
            case .and(let left, let right):
                let value = try evaluate(left)
                return value.isTrue ? try evaluate(right) : value
            case .or(let left, let right):
                let value = try evaluate(left)
                return value.isTrue ? value : try evaluate(right)
            case .conditional(let value, let condition, let otherwise):
                if try evaluate(condition).isTrue { return try evaluate(value) }
                return try otherwise.map(evaluate) ?? .undefined("a value behind an 'if' without 'else'")
            case .comparison(let first, let others): return try compare(first, others)
            case .test(let value, let test):
                return .boolean(
                    try passes(test: test.name, try evaluate(value), try evaluate(test.arguments)))
            case .list(let elements): return try made(.list(try elements.map(evaluate)))
            case .tuple(let elements): return try made(.tuple(try elements.map(evaluate)))
            case .dictionary(let entries): return try made(try dictionary(entries))
            case .slice(let value, let from, let to, let step):
                let value = try evaluate(value)
                return try made(
                    try part(of: value, try Slice(from: bound(from), to: bound(to), step: bound(step))))
            case .call(let function, let arguments):
                return try made(try call(try evaluate(function), try evaluate(arguments)))
            case .filter(let value, let filter): return try made(try apply(filter, to: try evaluate(value)))
            case .negative(let value): return try combine(.integer(0), .subtraction, try evaluate(value))
            case .positive(let value): return try combine(.integer(0), .addition, try evaluate(value))
            case .arithmetic(let left, let operation, let right):
                return try made(try combine(try evaluate(left), operation, try evaluate(right)))
            case .concatenation(let parts): return try made(try concatenation(parts))
            }
        }
    }

    private func dictionary(_ entries: [(key: Expression, value: Expression)]) throws -> Value {
        var result = DictionaryValue()
        for (key, value) in entries { try result.set(try evaluate(key), to: try evaluate(value)) }
        return .dictionary(result)
    }

    private func concatenation(_ parts: [Expression]) throws -> Value {
        var result = ""
        for part in parts {
            result += try evaluate(part).text()
            try Limit.check(bytes: result.utf8.count)
        }
        return .string(result)
    }

    func evaluate(_ arguments: Arguments) throws -> CallArguments {
        var result = CallArguments(
            positional: try arguments.positional.map(evaluate),
            named: try arguments.named.map { ($0.name, try evaluate($0.value)) })
        if let spread = arguments.spreadList {
            result.positional += try evaluate(spread).elements("given as arguments")
        }
        if let spread = arguments.spreadDictionary {
            guard case .dictionary(let dictionary) = try evaluate(spread) else {
                throw Fault.unsuitable("'**' was given no dictionary")
            }
            for (key, value) in dictionary.entries {
                guard let name = key.string else {
                    throw Fault.unsuitable("'**' was given a key that is no text")
                }
                result.named.append((name, value))
            }
        }
        return result
    }

    // MARK: - Operators

    private func compare(_ first: Expression, _ others: [(Comparison, Expression)]) throws -> Value {
        var left = try evaluate(first)
        for (comparison, expression) in others {
            let right = try evaluate(expression)
            guard try holds(left, comparison, right) else { return .boolean(false) }
            left = right
        }
        return .boolean(true)
    }

    func holds(_ left: Value, _ comparison: Comparison, _ right: Value) throws -> Bool {
        switch comparison {
        case .equal, .unequal, .less, .lessOrEqual, .greater, .greaterOrEqual:
            try spend(min(left.weight, right.weight))
        // A key of a dictionary, or a part of a text.
        case .isIn, .isNotIn: try spend(left.size + (right.isDictionary ? 0 : right.weight))
        }
        return switch comparison {
        case .equal: left.isEqual(to: right)
        case .unequal: !left.isEqual(to: right)
        case .less: try left.isLess(than: right)
        case .lessOrEqual: try left.isLess(than: right) || left.isEqual(to: right)
        case .greater: try right.isLess(than: left)
        case .greaterOrEqual: try right.isLess(than: left) || left.isEqual(to: right)
        case .isIn: try right.contains(left)
        case .isNotIn: !(try right.contains(left))
        }
    }

    private func combine(_ left: Value, _ operation: Arithmetic, _ right: Value) throws -> Value {
        for value in [left, right] { try value.requireDefined() }
        if let a = left.number, let b = right.number { return try Number.combine(a, operation, b).value }
        switch (operation, left, right) {
        case (.addition, .string(let a), .string(let b)): return .string(a + b)
        case (.addition, .markup(let a), _) where right.string != nil:
            return .markup(a + right.escapedForHTML)
        case (.addition, _, .markup(let b)) where left.string != nil: return .markup(left.escapedForHTML + b)
        case (.addition, .list(let a), .list(let b))
        where a.kind == b.kind && (a.kind == .list || a.kind == .tuple):
            return .list(ListValue(a.elements + b.elements, as: a.kind))
        case (.multiplication, _, .integer), (.multiplication, _, .boolean):
            return try repeated(left, Optional(right).integer(0))
        case (.multiplication, .integer, _), (.multiplication, .boolean, _):
            return try repeated(right, Optional(left).integer(0))
        case (.remainder, .string(let format), _): return .string(try TextFormat.percent(format, right))
        case _:
            throw Fault.unsuitable(
                "'\(operation.rawValue)' is not for \(left.typeName) and \(right.typeName)")
        }
    }

    private func repeated(_ value: Value, _ count: Int) throws -> Value {
        // Nothing, however often, is nothing; Swift would count.
        let count = value.size == 0 ? min(count, 1) : count
        try Limit.check(bytes: value.size, times: count)
        switch value {
        case .string(let text): return .string(String(repeating: text, count: max(0, count)))
        case .list(let list) where list.kind == .list || list.kind == .tuple:
            let elements = Array(repeating: list.elements, count: max(0, count)).flatMap { $0 }
            return .list(ListValue(elements, as: list.kind))
        case _: throw Fault.unsuitable("a \(value.typeName) cannot be repeated")
        }
    }

    // MARK: - Parts

    private func bound(_ expression: Expression?) throws -> Int? {
        guard let expression else { return nil }
        switch try evaluate(expression) {
        case .none: return nil
        case let value: return try Optional(value).integer(0)
        }
    }

    private func part(of value: Value, _ slice: Slice) throws -> Value {
        switch value {
        case .string(let text), .markup(let text):
            let scalars = Array(text.unicodeScalars)
            return .string(String(try slice.places(count: scalars.count).map { scalars[$0] }))
        case .list(let list) where list.isIndexed:
            let places = try slice.places(count: list.elements.count)
            return .list(ListValue(places.map { list.elements[$0] }, as: list.kind))
        case _:
            try value.requireDefined()
            throw Fault.unsuitable("a \(value.typeName) has no slices")
        }
    }

    /// `value[key]`: an element, or else what a key that is a text names.
    func item(_ key: Value, of value: Value) throws -> Value {
        try value.requireDefined()
        // A key is hashed, and a text's characters are counted up to the one.
        try spend(key.size + (value.string == nil ? 0 : value.size))
        if let element = element(key, of: value) { return element }
        if let name = key.string { return try named(name, of: value) }
        let number = key.number == nil ? "" : " \(try key.text())"
        return .undefined("element\(number) of a \(value.typeName)")
    }

    /// `value.name`: a method or the like, or else an element.
    func attribute(_ name: String, of value: Value) throws -> Value {
        if case .undefined(let outer) = value { throw Fault.undefined(outer) }
        let found = try named(name, of: value)
        guard found.isUndefined, !Methods.changing(value).contains(name) else { return found }
        return element(.string(name), of: value) ?? found
    }

    private func element(_ key: Value, of value: Value) -> Value? {
        if case .dictionary(let dictionary) = value { return dictionary[key] }
        guard case .integer(let number)? = key.number?.value else { return nil }
        switch value {
        case .list(let list) where list.isIndexed:
            let place = number < 0 ? number + list.elements.count : number
            return list.elements.indices.contains(place) ? list.elements[place] : nil
        case .string(let text), .markup(let text):
            let scalars = text.unicodeScalars
            let start = number < 0 ? scalars.endIndex : scalars.startIndex
            let end = number < 0 ? scalars.startIndex : scalars.endIndex
            guard let index = scalars.index(start, offsetBy: number, limitedBy: end),
                index != scalars.endIndex
            else { return nil }
            return .string(String(scalars[index]))
        case _: return nil
        }
    }

    /// What a name is of a value in Python.
    private func named(_ name: String, of value: Value) throws -> Value {
        switch value {
        case .namespace(let place): return namespaces[place][name] ?? .undefined("'\(name)' of a namespace")
        case .loop(let number): return try attribute(name, ofLoop: number)
        case _:
            return Methods.names(of: value).contains(name)
                ? .method(name, of: value) : .undefined("'\(name)' of a \(value.typeName)")
        }
    }
}

extension Value {
    fileprivate var escapedForHTML: String {
        guard case .string(let text) = self else { return string ?? "" }
        return String(
            text.unicodeScalars.flatMap { scalar -> [Unicode.Scalar] in
                switch scalar {
                case "&": Array("&amp;".unicodeScalars)
                case "<": Array("&lt;".unicodeScalars)
                case ">": Array("&gt;".unicodeScalars)
                case "'": Array("&#39;".unicodeScalars)
                case "\"": Array("&#34;".unicodeScalars)
                case _: [scalar]
                }
            })
    }
}
