/// Python's two ways to put values into a text.
enum TextFormat {
    /// `'{} of {name}'.format(…)`: fields by number, by name, or one behind the other.
    static func braces(_ format: String, _ arguments: CallArguments) throws -> String {
        var result = ""
        var rest = Substring(format).unicodeScalars
        // Fields without a number have those of their places; the two kinds do not go together.
        var (automatic, isNumbered) = (0, false)
        while let scalar = rest.popFirst() {
            guard scalar == "{" || scalar == "}" else {
                result += String(scalar)
                continue
            }
            if rest.first == scalar {
                rest.removeFirst()
                result += String(scalar)
                continue
            }
            guard scalar == "{", let end = rest.firstIndex(of: "}") else {
                throw Fault.unsuitable("'\(format)' has a '\(scalar)' without the other brace")
            }
            let field = String(rest[..<end])
            rest = rest[rest.index(after: end)...]
            let value: Value?
            if let place = field.isEmpty ? automatic : Int(field) {
                if field.isEmpty { automatic += 1 } else { isNumbered = true }
                guard automatic == 0 || !isNumbered else {
                    throw Fault.unsuitable("'\(format)' has fields with numbers and without")
                }
                value = place < 0 ? nil : arguments.positional.dropFirst(place).first
            } else {
                guard field.unicodeScalars.allSatisfy({ $0 == "_" || $0.properties.isXIDContinue }) else {
                    throw Fault.unsupported(kind: "format", name: "{\(field)}")
                }
                value = arguments.named.first { $0.name.isSame(as: field) }?.value
            }
            guard let value else { throw Fault.unsuitable("'\(format)' was given nothing for {\(field)}") }
            result += try value.text()
            try Limit.check(bytes: result.utf8.count)
        }
        return result
    }

    /// `'%s of %d' % (…)`: a tuple has a value for each field, a dictionary those that fields name, and any
    /// other value is the only one.
    static func percent(_ format: String, _ value: Value) throws -> String {
        var result = ""
        var rest = Substring(format).unicodeScalars
        var values = [value][...]
        if case .list(let list) = value, list.kind == .tuple { values = list.elements[...] }
        while let scalar = rest.popFirst() {
            guard scalar == "%" else {
                result += String(scalar)
                continue
            }
            var name: String?
            if rest.first == "(", let end = rest.firstIndex(of: ")") {
                name = String(rest[rest.index(after: rest.startIndex)..<end])
                rest = rest[rest.index(after: end)...]
            }
            guard let letter = rest.popFirst() else {
                throw Fault.unsuitable("'\(format)' ends within a field")
            }
            if letter == "%" {
                result += "%"
                continue
            }
            var found: Value?
            if let name {
                if case .dictionary(let dictionary) = value { found = dictionary[name] }
            } else {
                found = values.popFirst()
            }
            guard let found else { throw Fault.unsuitable("'\(format)' was given too little") }
            result += try text(of: found, as: letter)
            try Limit.check(bytes: result.utf8.count)
        }
        if case .dictionary = value { return result }
        guard values.isEmpty else { throw Fault.unsuitable("'\(format)' was given too much") }
        return result
    }

    private static func text(of value: Value, as letter: Unicode.Scalar) throws -> String {
        switch (letter, value.number?.value) {
        case ("s", _): return try value.text()
        case ("d", .integer(let number)?), ("i", .integer(let number)?): return "\(number)"
        case ("d", .float(let number)?), ("i", .float(let number)?): return "\(try number.truncated())"
        case ("d", _), ("i", _): throw Fault.unsuitable("'%\(letter)' was given a \(value.typeName)")
        case _: throw Fault.unsupported(kind: "format", name: "%\(letter)")
        }
    }
}
