/// `tojson` as transformers has it: Python's `json.dumps`, without the HTML escapes of Jinja's own.
struct JSONWriter {
    /// What stands in front of a line, a level; nil for one line.
    let indent: String?
    let itemSeparator: String
    let keySeparator: String
    let sortsKeys: Bool
    /// Whether letters outside of ASCII are escaped.
    let isASCII: Bool
    private var text = ""

    static func text(
        of value: Value, indent: String?, separators: (item: String, key: String)?, sortsKeys: Bool,
        isASCII: Bool
    ) throws -> String {
        var writer = JSONWriter(
            indent: indent, itemSeparator: separators?.item ?? (indent == nil ? ", " : ","),
            keySeparator: separators?.key ?? ": ", sortsKeys: sortsKeys, isASCII: isASCII)
        try writer.write(value, level: 0)
        return writer.text
    }

    private init(
        indent: String?, itemSeparator: String, keySeparator: String, sortsKeys: Bool, isASCII: Bool
    ) {
        self.indent = indent
        self.itemSeparator = itemSeparator
        self.keySeparator = keySeparator
        self.sortsKeys = sortsKeys
        self.isASCII = isASCII
    }

    private mutating func write(_ value: Value, level: Int) throws {
        try Limit.check(bytes: text.utf8.count)
        try indent.map { try Limit.check(bytes: $0.utf8.count, times: level + 1) }
        switch value {
        case .none: text += "null"
        case .boolean(let flag): text += flag ? "true" : "false"
        case .integer(let number): text += "\(number)"
        case .float(let number): text += Self.text(of: number)
        case .string(let string), .markup(let string): write(string)
        case .list(let list) where list.kind == .list || list.kind == .tuple:
            try write(list.elements, "[", "]", level) { try $0.write($1, level: level + 1) }
        case .dictionary(let dictionary):
            var entries = try dictionary.entries.map { (key: try Self.key($0.key), value: $0.value) }
            if sortsKeys {
                entries.sort { $0.key.unicodeScalars.lexicographicallyPrecedes($1.key.unicodeScalars) }
            }
            try write(entries, "{", "}", level) {
                $0.write($1.key)
                $0.text += $0.keySeparator
                try $0.write($1.value, level: level + 1)
            }
        case .undefined(let name): throw Fault.undefined(name)
        case .list, .namespace, .macro, .loop, .function, .method:
            throw Fault.unsuitable("a \(value.typeName) has no JSON")
        }
    }

    private mutating func write<Element>(
        _ elements: [Element], _ begin: String, _ end: String, _ level: Int,
        _ write: (inout JSONWriter, Element) throws -> Void
    ) throws {
        text += begin
        for (number, element) in elements.enumerated() {
            if number > 0 { text += itemSeparator }
            breakLine(level + 1)
            try write(&self, element)
        }
        if !elements.isEmpty { breakLine(level) }
        text += end
    }

    private mutating func breakLine(_ level: Int) {
        guard let indent else { return }
        text += "\n" + String(repeating: indent, count: level)
    }

    private static func text(of number: Double) -> String {
        number.isFinite ? number.pythonText : number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity"
    }

    /// Keys that are no texts are written as their values would be.
    private static func key(_ value: Value) throws -> String {
        switch value {
        case .string(let text), .markup(let text): text
        case .none: "null"
        case .boolean(let flag): flag ? "true" : "false"
        case .integer(let number): "\(number)"
        case .float(let number): text(of: number)
        case _: throw Fault.unsuitable("a \(value.typeName) cannot be a key of JSON")
        }
    }

    private mutating func write(_ string: String) {
        var result = String.UnicodeScalarView(["\""])
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"", "\\": result.append(contentsOf: ["\\", scalar])
            case "\n": result.append(contentsOf: ["\\", "n"])
            case "\r": result.append(contentsOf: ["\\", "r"])
            case "\t": result.append(contentsOf: ["\\", "t"])
            case "\u{8}": result.append(contentsOf: ["\\", "b"])
            case "\u{c}": result.append(contentsOf: ["\\", "f"])
            case _ where scalar.value < 0x20 || (isASCII && scalar.value > 0x7E):
                for unit in UTF16.encode(scalar) ?? .init() {
                    result.append(contentsOf: ("\\u" + UInt32(unit).hexadecimal(4)).unicodeScalars)
                }
            case _: result.append(scalar)
            }
        }
        result.append("\"")
        text += String(result)
    }
}
