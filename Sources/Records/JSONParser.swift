/// Reads JSON (RFC 8259) from a file's bytes, a value at a time, so that no more than that is in memory.
struct JSONParser {
    var cursor: ByteCursor
    /// Whether values may go over several lines; not in JSON lines, where an error ends with its line.
    let spansLines: Bool
    private var bytes: [UInt8] = []
    private var flaw: String?

    /// What is wrong, at the cursor's place.
    struct SyntaxError: Error {
        let found: String
        let expected: String
    }

    init(_ cursor: ByteCursor, spansLines: Bool) {
        self.cursor = cursor
        self.spansLines = spansLines
    }

    /// The next value.
    mutating func value() throws -> RecordValue { try value(depth: 0) }

    /// What makes texts read since the last call unusable, though they are JSON: a NUL, half of a surrogate pair,
    /// bytes that are not UTF-8.
    mutating func takeFlaw() -> String? {
        defer { flaw = nil }
        return flaw
    }

    /// The next byte that is not white space; nil at the end.
    mutating func next() throws -> UInt8? {
        while let byte = try cursor.peek() {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): cursor.advance()
            case UInt8(ascii: "\n") where spansLines: cursor.advanceLine()
            default: return byte
            }
        }
        return nil
    }

    /// Passes a byte that has to be next.
    mutating func expect(_ byte: UInt8, as expected: String) throws {
        guard try next() == byte else { throw try unexpected(expected) }
        cursor.advance()
    }

    /// An error about the next byte.
    mutating func unexpected(_ expected: String) throws -> SyntaxError {
        let found =
            switch try cursor.peek() {
            case nil where spansLines: "the end"
            case nil, UInt8(ascii: "\n"): "the end of the line"
            case let byte? where (0x21...0x7e).contains(byte): "'\(Character(Unicode.Scalar(byte)))'"
            case let byte?: "the byte \(byte)"
            }
        return SyntaxError(found: found, expected: expected)
    }

    /// Passes what stands between elements: a comma, or the bracket behind the last.
    /// - Parameter isFirst: whether the bracket was opened just before
    /// - Returns: whether there is another element
    mutating func hasElement(isFirst: Bool, closing bracket: UInt8) throws -> Bool {
        let byte = try next()
        if byte == bracket {
            cursor.advance()
            return false
        }
        if isFirst { return true }
        guard byte == UInt8(ascii: ",") else {
            throw try unexpected("a comma or '\(Character(Unicode.Scalar(bracket)))'")
        }
        cursor.advance()
        return true
    }

    /// The name of a member and the colon behind it.
    mutating func key() throws -> String {
        guard try next() == UInt8(ascii: "\"") else { throw try unexpected("a name in quotes") }
        let name = try string()
        try expect(UInt8(ascii: ":"), as: "a colon")
        return name
    }

    private static let deepest = 512

    private mutating func value(depth: Int) throws -> RecordValue {
        guard depth < Self.deepest else {
            throw SyntaxError(found: "nested \(depth) deep", expected: "less than \(Self.deepest)")
        }
        switch try next() {
        case UInt8(ascii: "\""): return .text(try string())
        case UInt8(ascii: "{"):
            cursor.advance()
            var members: [String: RecordValue] = [:]
            var isFirst = true
            while try hasElement(isFirst: isFirst, closing: UInt8(ascii: "}")) {
                let name = try key()
                members[name] = try value(depth: depth + 1)
                isFirst = false
            }
            return .object(members)
        case UInt8(ascii: "["):
            cursor.advance()
            var elements: [RecordValue] = []
            while try hasElement(isFirst: elements.isEmpty, closing: UInt8(ascii: "]")) {
                elements.append(try value(depth: depth + 1))
            }
            return .list(elements)
        case UInt8(ascii: "t"): return try word("true", .flag(true))
        case UInt8(ascii: "f"): return try word("false", .flag(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case let byte? where byte == UInt8(ascii: "-") || Self.isDigit(byte): return .number(try number())
        default: throw try unexpected("a value")
        }
    }

    private mutating func word(_ word: StaticString, _ value: RecordValue) throws -> RecordValue {
        for byte in "\(word)".utf8 {
            guard try cursor.peek() == byte else { throw try unexpected("\(word)") }
            cursor.advance()
        }
        return value
    }

    // MARK: - Numbers

    private mutating func number() throws -> String {
        bytes.removeAll(keepingCapacity: true)
        try take { $0 == UInt8(ascii: "-") }
        if try take({ $0 == UInt8(ascii: "0") }) {
            if let byte = try cursor.peek(), Self.isDigit(byte) { throw try unexpected("no digit behind 0") }
        } else {
            try digits()
        }
        if try take({ $0 == UInt8(ascii: ".") }) { try digits() }
        if try take({ $0 | 0x20 == UInt8(ascii: "e") }) {
            try take { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
            try digits()
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    /// Takes one byte, if it is of a kind.
    @discardableResult
    private mutating func take(_ isWanted: (UInt8) -> Bool) throws -> Bool {
        guard let byte = try cursor.peek(), isWanted(byte) else { return false }
        bytes.append(byte)
        cursor.advance()
        return true
    }

    private mutating func digits() throws {
        guard try take(Self.isDigit) else { throw try unexpected("a digit") }
        while try take(Self.isDigit) {}
    }

    // MARK: - Texts

    private mutating func string() throws -> String {
        cursor.advance()
        bytes.removeAll(keepingCapacity: true)
        while true {
            let run = cursor.run { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") || $0 < 0x20 }
            switch try cursor.peek() {
            case UInt8(ascii: "\""):
                cursor.advance()
                if bytes.isEmpty { return text(run) }
                bytes += run
                return text(bytes[...])
            case UInt8(ascii: "\\"):
                bytes += run
                cursor.advance()
                try escape()
            case let byte? where byte < 0x20: throw try unexpected("the quote that ends the text")
            case nil: throw try unexpected("the quote that ends the text")
            default: bytes += run  // It goes on in the next chunk.
            }
        }
    }

    private mutating func text(_ bytes: ArraySlice<UInt8>) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        note("bytes that are not UTF-8")
        return ""
    }

    private mutating func note(_ found: String) {
        if flaw == nil { flaw = found }
    }

    private mutating func escape() throws {
        guard let byte = try cursor.peek() else { throw try unexpected("an escape") }
        let plain: UInt8
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain = byte
        case UInt8(ascii: "b"): plain = 0x08
        case UInt8(ascii: "f"): plain = 0x0c
        case UInt8(ascii: "n"): plain = 0x0a
        case UInt8(ascii: "r"): plain = 0x0d
        case UInt8(ascii: "t"): plain = 0x09
        case UInt8(ascii: "u"):
            cursor.advance()
            return try scalar()
        default: throw try unexpected("an escape")
        }
        bytes.append(plain)
        cursor.advance()
    }

    /// What stands behind `\u`: a scalar, in two escapes where it is above U+FFFF.
    private mutating func scalar() throws {
        var unit = try unit()
        while UTF16.isLeadSurrogate(unit) {
            guard try cursor.peek() == UInt8(ascii: "\\") else { return note("half of a surrogate pair") }
            cursor.advance()
            guard try cursor.peek() == UInt8(ascii: "u") else {
                note("half of a surrogate pair")
                return try escape()
            }
            cursor.advance()
            let trail = try self.unit()
            if UTF16.isTrailSurrogate(trail) {
                let pair = UTF16.decode(UTF16.EncodedScalar([unit, trail]))
                return bytes += Array(String(pair).utf8)
            }
            note("half of a surrogate pair")
            unit = trail
        }
        guard let scalar = Unicode.Scalar(unit) else { return note("half of a surrogate pair") }
        if unit == 0 { note("a NUL character") }
        bytes += Array(String(scalar).utf8)
    }

    /// Four hexadecimal digits.
    private mutating func unit() throws -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = try cursor.peek(),
                let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80
            else { throw try unexpected("a hexadecimal digit") }
            unit = unit << 4 | UInt16(digit)
            cursor.advance()
        }
        return unit
    }
}
