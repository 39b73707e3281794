/// The methods that Python's texts, lists and dictionaries have.
enum Methods {
    /// Their names, those that are not known here included: to a template they are there.
    static func names(of value: Value) -> Set<String> {
        switch value {
        case .string, .markup: textNames
        case .dictionary: ["copy", "fromkeys", "get", "items", "keys", "values"]
        case .list(let list) where list.kind == .list: ["copy", "count", "index"]
        case .list(let list) where list.kind == .tuple: ["count", "index"]
        case _: []
        }
    }

    /// Those that would change the value: in the sandbox there are none.
    static func changing(_ value: Value) -> Set<String> {
        switch value {
        case .dictionary: ["clear", "pop", "popitem", "setdefault", "update"]
        case .list(let list) where list.kind == .list:
            ["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"]
        case _: []
        }
    }

    private static let textNames: Set = [
        "capitalize", "casefold", "center", "count", "encode", "endswith", "expandtabs", "find", "format",
        "format_map", "index", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit", "isidentifier",
        "islower",
        "isnumeric", "isprintable", "isspace", "istitle", "isupper", "join", "ljust", "lower", "lstrip",
        "maketrans", "partition", "removeprefix", "removesuffix", "replace", "rfind", "rindex", "rjust",
        "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith", "strip", "swapcase", "title",
        "translate", "upper", "zfill",
    ]

    static func call(_ name: String, of value: Value, _ arguments: CallArguments) throws -> Value {
        switch value {
        case .string(let text), .markup(let text):
            guard let method = texts[name] else { throw Fault.unsupported(kind: "method", name: name) }
            return try method(text, arguments)
        case .dictionary(let dictionary): return try call(name, of: dictionary, arguments)
        case .list(let list): return try call(name, of: list, arguments)
        case _: throw Fault.unsupported(kind: "method", name: name)
        }
    }

    private static func call(
        _ name: String, of dictionary: DictionaryValue, _ arguments: CallArguments
    ) throws -> Value {
        switch name {
        case "get":
            let given = try arguments.bound(to: ["key", "default"], of: name)
            guard let key = given[0] else { throw Fault.unsuitable("'get' was given no key") }
            return dictionary[key] ?? given[1] ?? .none
        case "items":
            try arguments.requireNone(of: name)
            return .list(ListValue(dictionary.pairs, as: .view))
        case "keys":
            try arguments.requireNone(of: name)
            return .list(ListValue(dictionary.entries.map(\.key), as: .view))
        case "values":
            try arguments.requireNone(of: name)
            return .list(ListValue(dictionary.entries.map(\.value), as: .view))
        case "copy":
            try arguments.requireNone(of: name)
            return .dictionary(dictionary)
        case _: throw Fault.unsupported(kind: "method", name: name)
        }
    }

    private static func call(_ name: String, of list: ListValue, _ arguments: CallArguments) throws -> Value {
        guard name != "copy" else {
            try arguments.requireNone(of: name)
            return .list(list)
        }
        guard let value = try arguments.only("value", of: name) else {
            throw Fault.unsuitable("'\(name)' was given nothing")
        }
        switch name {
        case "count": return .integer(list.elements.count { $0.isEqual(to: value) })
        case "index":
            guard let place = list.elements.firstIndex(where: { $0.isEqual(to: value) }) else {
                throw Fault.unsuitable("'index' was given what the list does not have")
            }
            return .integer(place)
        case _: throw Fault.unsupported(kind: "method", name: name)
        }
    }

    /// How often something is done at most; always where nothing, none or a negative number was given.
    static func limit(_ given: Value?) throws -> Int {
        if case .none? = given { return .max }
        let count = try given.integer(-1)
        return count < 0 ? .max : count
    }
}

extension DictionaryValue {
    /// Keys with their values.
    var pairs: [Value] { entries.map { .tuple([$0.key, $0.value]) } }
}
