/// What a template computes with: the values of Python that JSON has, and what only a template has.
public enum Value: Sendable {
    /// What there is not: which, for messages.
    case undefined(String)
    case none
    case boolean(Bool)
    case integer(Int)
    case float(Double)
    case string(String)
    /// A text behind `safe`: what is added to it is escaped as HTML, as in Python's Markup.
    case markup(String)
    case list(ListValue)
    case dictionary(DictionaryValue)
    /// A namespace of the interpreter, by its place.
    case namespace(Int)
    /// A macro of the interpreter, by its place.
    case macro(Int)
    /// The state of a loop of the interpreter, by its number.
    case loop(Int)
    case function(Function)
    indirect case method(String, of: Value)

    /// The functions that every chat template has.
    public enum Function: String, Sendable, CaseIterable {
        case range, namespace, dict, cycler, joiner, lipsum
        case raiseException = "raise_exception"
        case strftimeNow = "strftime_now"
    }

    public static func list(_ elements: [Value]) -> Value { .list(ListValue(elements)) }

    static func tuple(_ elements: [Value]) -> Value { .list(ListValue(elements, as: .tuple)) }

    static func iterator(_ elements: [Value]) -> Value { .list(ListValue(elements, as: .iterator)) }

    /// Text, marked as safe or not.
    var string: String? {
        switch self {
        case .string(let text), .markup(let text): text
        case _: nil
        }
    }

    var isUndefined: Bool {
        if case .undefined = self { true } else { false }
    }

    /// How many lists and dictionaries are in one another.
    var depth: Int {
        switch self {
        case .list(let list): list.depth
        case .dictionary(let dictionary): dictionary.depth
        case .method(_, let receiver): receiver.depth + 1
        case _: 0
        }
    }

    /// Bytes, roughly, that a copy would take.
    var size: Int {
        switch self {
        case .string(let text), .markup(let text): text.utf8.count
        case .list(let list): list.elements.count * Limit.workOfElement
        case .dictionary(let dictionary): dictionary.entries.count * Limit.workOfEntry
        case _: 0
        }
    }

    /// Bytes, roughly, of it with all that is in it, as often as it is: what a comparison goes through.
    var weight: Int {
        switch self {
        case .list(let list): list.weight
        case .dictionary(let dictionary): dictionary.weight
        case _: size
        }
    }

    var isDictionary: Bool {
        if case .dictionary = self { true } else { false }
    }
}

/// Elements in order.
public struct ListValue: Sendable {
    /// What it is in Python.
    public enum Kind: Sendable {
        case list, tuple
        /// Numbers that `range` gave: no list to be added to or written.
        case range
        /// Of a dictionary: it has a length but no elements by number.
        case view
        /// What `map`, `select` and the like give: it can only be gone through.
        case iterator
    }

    public let elements: [Value]
    public let kind: Kind
    let depth: Int
    let weight: Int

    /// Whether it has elements by number.
    var isIndexed: Bool {
        switch kind {
        case .list, .tuple, .range: true
        case .view, .iterator: false
        }
    }

    public init(_ elements: [Value], as kind: Kind = .list) {
        self.elements = elements
        self.kind = kind
        depth = 1 + (elements.lazy.map(\.depth).max() ?? 0)
        weight = elements.reduce(0) { min(Limit.weight, $0 + $1.weight + Limit.workOfElement) }
    }
}
