extension Value {
    /// Python's name of its type.
    var typeName: String {
        switch self {
        case .undefined: "undefined value"
        case .none: "none"
        case .boolean: "bool"
        case .integer: "int"
        case .float: "float"
        case .string, .markup: "str"
        case .list(let list): list.kind == .tuple ? "tuple" : "list"
        case .dictionary: "dict"
        case .namespace: "namespace"
        case .macro: "macro"
        case .loop: "loop"
        case .function, .method: "function"
        }
    }

    /// Whether a condition holds.
    var isTrue: Bool {
        switch self {
        case .undefined, .none: false
        case .boolean(let flag): flag
        case .integer(let number): number != 0
        case .float(let number): number != 0
        case .string(let text), .markup(let text): !text.isEmpty
        // An iterator is true, whatever it has.
        case .list(let list): list.kind == .iterator || !list.elements.isEmpty
        case .dictionary(let dictionary): !dictionary.entries.isEmpty
        case .namespace, .macro, .loop, .function, .method: true
        }
    }

    /// A number; true and false are 1 and 0.
    var number: Number? {
        switch self {
        case .boolean(let flag): .integer(flag ? 1 : 0)
        case .integer(let number): .integer(number)
        case .float(let number): .float(number)
        case _: nil
        }
    }

    func isEqual(to other: Value) -> Bool {
        if let a = string, let b = other.string { return a.isSame(as: b) }
        if let a = number, let b = other.number { return a == b }
        switch (self, other) {
        case (.undefined, .undefined), (.none, .none): return true
        case (.list(let a), .list(let b)):
            // Two iterators are two things.
            return a.kind == b.kind && a.kind != .iterator && a.elements.count == b.elements.count
                && zip(a.elements, b.elements).allSatisfy { $0.isEqual(to: $1) }
        case (.dictionary(let a), .dictionary(let b)):
            return a.entries.count == b.entries.count
                && a.entries.allSatisfy { entry in b[entry.key]?.isEqual(to: entry.value) ?? false }
        case (.namespace(let a), .namespace(let b)), (.macro(let a), .macro(let b)),
            (.loop(let a), .loop(let b)):
            return a == b
        case (.function(let a), .function(let b)): return a == b
        case (.method(let a, let x), .method(let b, let y)): return a == b && x.isEqual(to: y)
        case _: return false
        }
    }

    /// Whether it comes before another, where the two have an order.
    func isLess(than other: Value) throws -> Bool {
        if let a = string, let b = other.string {
            return a.unicodeScalars.lexicographicallyPrecedes(b.unicodeScalars)
        }
        if let a = number, let b = other.number { return a < b }
        if case .list(let a) = self, case .list(let b) = other, a.kind == b.kind,
            a.kind == .list || a.kind == .tuple
        {
            for (x, y) in zip(a.elements, b.elements) where !x.isEqual(to: y) { return try x.isLess(than: y) }
            return a.elements.count < b.elements.count
        }
        for value in [self, other] { try value.requireDefined() }
        throw Fault.unsuitable("a \(typeName) and a \(other.typeName) have no order")
    }

    func requireDefined() throws {
        if case .undefined(let name) = self { throw Fault.undefined(name) }
    }

    /// Whether it has a value among its own: a text a part, a dictionary a key.
    func contains(_ value: Value) throws -> Bool {
        switch self {
        case .string(let text), .markup(let text):
            guard let part = value.string else {
                throw Fault.unsuitable("a \(value.typeName) cannot be in a text")
            }
            return !TextSearch(part).places(in: text, limit: 1).isEmpty
        case .dictionary(let dictionary):
            try DictionaryValue.requireKey(value)
            return dictionary[value] != nil
        case _: return try elements("searched").contains { $0.isEqual(to: value) }
        }
    }

    /// What a loop goes through: the elements, a dictionary's keys, a text's characters.
    /// - Parameter purpose: what it is wanted for: "looped over"
    func elements(_ purpose: String) throws -> [Value] {
        switch self {
        case .undefined: return []
        case .list(let list): return list.elements
        case .dictionary(let dictionary): return dictionary.entries.map(\.key)
        case .string(let text), .markup(let text):
            try Limit.check(parts: text.utf8.count)
            return text.unicodeScalars.map { .string(String($0)) }
        case .none, .boolean, .integer, .float, .namespace, .macro, .loop, .function, .method:
            throw Fault.unsuitable("a \(typeName) cannot be \(purpose)")
        }
    }

    /// How many elements, entries or characters it has; nil where it has no length.
    var length: Int? {
        switch self {
        case .undefined: 0
        case .string(let text), .markup(let text): text.unicodeScalars.count
        case .list(let list): list.kind == .iterator ? nil : list.elements.count
        case .dictionary(let dictionary): dictionary.entries.count
        case .none, .boolean, .integer, .float, .namespace, .macro, .loop, .function, .method: nil
        }
    }
}
