/// Values by keys, in the order in which the keys came.
public struct DictionaryValue: Sendable {
    public private(set) var entries: [(key: Value, value: Value)] = []
    private(set) var depth = 1
    private(set) var weight = 0
    private var places: [Key: Int] = [:]

    public init() {}

    /// Of texts as keys; the last value of a key counts.
    public init(_ pairs: [(String, Value)]) {
        for (key, value) in pairs { set(Key(text: key), value) }
    }

    subscript(_ key: Value) -> Value? {
        Key(key).flatMap { places[$0] }.map { entries[$0].value }
    }

    subscript(_ key: String) -> Value? {
        places[Key(text: key)].map { entries[$0].value }
    }

    /// A new key goes behind the others.
    mutating func set(_ key: Value, to value: Value) throws {
        try Self.requireKey(key)
        if let key = Key(key) { set(key, value) }
    }

    static func requireKey(_ value: Value) throws {
        guard Key(value) != nil else {
            throw Fault.unsuitable("a \(value.typeName) cannot be the key of a dictionary")
        }
    }

    private mutating func set(_ key: Key, _ value: Value) {
        depth = max(depth, value.depth + 1, key.value.depth + 1)
        weight = min(Limit.weight, weight + key.value.weight + value.weight + Limit.workOfEntry)
        if let place = places[key] {
            entries[place].value = value
        } else {
            places[key] = entries.count
            entries.append((key.value, value))
        }
    }

    /// A value that can be a key: equal as in Python, where 1, 1.0 and true are one key.
    private struct Key: Hashable, Sendable {
        let value: Value

        init(text: String) { value = .string(text) }

        init?(_ value: Value) {
            guard Self.canBeKey(value) else { return nil }
            self.value = value
        }

        private static func canBeKey(_ value: Value) -> Bool {
            switch value {
            case .undefined, .none, .boolean, .integer, .float, .string, .markup: true
            case .list(let list):
                list.kind == .tuple && list.weight <= Limit.key && list.elements.allSatisfy(canBeKey)
            case .dictionary, .namespace, .macro, .loop, .function, .method: false
            }
        }

        static func == (a: Key, b: Key) -> Bool { a.value.isEqual(to: b.value) }

        func hash(into hasher: inout Hasher) { Self.hash(value, into: &hasher) }

        private static func hash(_ value: Value, into hasher: inout Hasher) {
            switch value {
            case .string(let text), .markup(let text):
                // Not as a Swift text, to which composed and decomposed letters are the same.
                for byte in text.utf8 { hasher.combine(byte) }
            case .list(let list):
                for element in list.elements { hash(element, into: &hasher) }
            case _: hasher.combine(value.number.map { Double($0) } ?? 0)
            }
        }
    }
}
