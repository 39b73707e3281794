import Foundation

extension JSON {
    /// Why a text is no JSON, and where.
    struct SyntaxError: Error {
        let reason: String
        /// Bytes before it.
        let offset: Int
    }

    /// Reads one value (RFC 8259), nested at most 128 deep.
    init(parsing data: Data) throws {
        guard String(bytes: data, encoding: .utf8) != nil else {
            throw SyntaxError(reason: "it is not UTF-8 text", offset: 0)
        }
        var parser = Parser(bytes: [UInt8](data))
        self = try parser.document()
    }

    private struct Parser {
        /// Sound UTF-8.
        let bytes: [UInt8]
        var position = 0

        private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

        private func failure(_ reason: String) -> SyntaxError {
            SyntaxError(reason: reason, offset: position)
        }

        mutating func document() throws -> JSON {
            let result = try value(depth: 0)
            skipSpace()
            guard next == nil else { throw failure("text behind the value") }
            return result
        }

        private mutating func skipSpace() {
            while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
                position += 1
            }
        }

        private mutating func value(depth: Int) throws -> JSON {
            guard depth <= 128 else { throw failure("values nested more than 128 deep") }
            skipSpace()
            switch next {
            case UInt8(ascii: "{"): return try object(depth)
            case UInt8(ascii: "["): return try array(depth)
            case UInt8(ascii: "\""): return .string(try string())
            case UInt8(ascii: "t"): return try word("true", .bool(true))
            case UInt8(ascii: "f"): return try word("false", .bool(false))
            case UInt8(ascii: "n"): return try word("null", .null)
            case .some: return try number()
            case nil: throw failure("it ends too early")
            }
        }

        private mutating func word(_ word: StaticString, _ value: JSON) throws -> JSON {
            let text = Array("\(word)".utf8)
            guard bytes[position...].starts(with: text) else { throw failure("no value") }
            position += text.count
            return value
        }

        private mutating func object(_ depth: Int) throws -> JSON {
            var members: [(name: String, value: JSON)] = []
            try list(closing: UInt8(ascii: "}")) { parser in
                guard parser.next == UInt8(ascii: "\"") else { throw parser.failure("no member name") }
                let name = try parser.string()
                parser.skipSpace()
                guard parser.next == UInt8(ascii: ":") else { throw parser.failure("no colon") }
                parser.position += 1
                members.append((name, try parser.value(depth: depth + 1)))
            }
            return .object(members)
        }

        private mutating func array(_ depth: Int) throws -> JSON {
            var values: [JSON] = []
            try list(closing: UInt8(ascii: "]")) { values.append(try $0.value(depth: depth + 1)) }
            return .array(values)
        }

        private mutating func list(closing: UInt8, element: (inout Parser) throws -> Void) throws {
            position += 1
            skipSpace()
            if next == closing {
                position += 1
                return
            }
            while true {
                skipSpace()
                try element(&self)
                skipSpace()
                let separator = next
                guard separator == closing || separator == UInt8(ascii: ",") else {
                    throw failure("no comma between values")
                }
                position += 1
                if separator == closing { return }
            }
        }

        private mutating func number() throws -> JSON {
            let start = position
            while let byte = next, "+-.0123456789eE".utf8.contains(byte) { position += 1 }
            let text = String(decoding: bytes[start..<position], as: UTF8.self)
            if let value = Int(text), !text.hasPrefix("+") { return .integer(value) }
            guard let value = Double(text), value.isFinite,
                text.first?.isNumber == true || text.first == "-"
            else {
                position = start
                throw failure("no value")
            }
            return .number(value)
        }

        private mutating func string() throws -> String {
            position += 1
            let start = position
            while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
                position += 1
            }
            if next == UInt8(ascii: "\"") {
                position += 1
                return String(decoding: bytes[start..<position - 1], as: UTF8.self)
            }
            var result = Array(bytes[start..<position])
            while let byte = next {
                position += 1
                switch byte {
                case UInt8(ascii: "\""): return String(decoding: result, as: UTF8.self)
                case UInt8(ascii: "\\"): result += try escape()
                case 0..<0x20: throw failure("a control character in a string")
                case _: result.append(byte)
                }
            }
            throw failure("a string without an end")
        }

        /// What stands behind a backslash.
        private mutating func escape() throws -> [UInt8] {
            guard let byte = next else { throw failure("a string without an end") }
            position += 1
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
            case UInt8(ascii: "b"): return [0x08]
            case UInt8(ascii: "f"): return [0x0C]
            case UInt8(ascii: "n"): return [0x0A]
            case UInt8(ascii: "r"): return [0x0D]
            case UInt8(ascii: "t"): return [0x09]
            case UInt8(ascii: "u"): break
            case _: throw failure("an unknown escape")
            }
            var code = try codeUnit()
            if 0xD800..<0xDC00 ~= code, bytes[position...].starts(with: Array("\\u".utf8)) {
                position += 2
                let low = try codeUnit()
                guard 0xDC00..<0xE000 ~= low else { throw failure("half a surrogate pair") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw failure("half a surrogate pair") }
            return Array(String(scalar).utf8)
        }

        private mutating func codeUnit() throws -> UInt32 {
            let digits = bytes[position...].prefix(4)
            guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
                let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
            else { throw failure("no four hexadecimal digits") }
            position += 4
            return code
        }
    }
}
