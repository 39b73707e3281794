/// A Swift file reduced to what decides a result: without comments, the words of its type's card, and how often a context
/// goes through a model, by which a grid's parts are made equal.
///
/// Two files that differ in nothing else are the same experiment, so that a better sentence about a method does not
/// throw away what was measured with it.
public struct SourceCode {
    private var rest: ArraySlice<UInt8>
    private var code: [UInt8] = []
    /// Open parentheses of the card; nil outside of it.
    private var cardDepth: Int?

    /// Everything else of the text, with white space between words alone, and without commas before a closing bracket: as
    /// a formatter may write it in any way.
    public static func reduced(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var source = SourceCode(rest: bytes[...])
        source.read(until: nil)
        return String(decoding: source.code, as: UTF8.self)
            .replacing(/public var passes:Double\{[0-9.]+\}/, with: "")
            .replacing(/,parameters:\["":""(,"":"")*\]/, with: "")
    }

    private init(rest: ArraySlice<UInt8>) { self.rest = rest }

    /// Code up to an end of its own, such as the parenthesis that ends an interpolation.
    private mutating func read(until end: UInt8?) {
        var depth = 0
        while let byte = rest.first {
            if starts("//") {
                rest = rest.drop { $0 != UInt8(ascii: "\n") }
            } else if starts("/*") {
                skipComment()
            } else if byte == UInt8(ascii: "\"") || (byte == UInt8(ascii: "#") && hashesBeforeQuote > 0) {
                readString()
            } else {
                rest.removeFirst()
                if byte == UInt8(ascii: "(") { depth += 1 }
                if byte == UInt8(ascii: ")") {
                    if depth == 0, byte == end { return code.append(byte) }
                    depth -= 1
                }
                follow(byte)
                append(byte)
            }
        }
    }

    /// Whether the card begins or ends here.
    private mutating func follow(_ byte: UInt8) {
        if byte == UInt8(ascii: "(") {
            if let depth = cardDepth {
                cardDepth = depth + 1
            } else if String(decoding: code.suffix(64), as: UTF8.self).contains(/static let card=\w+$/) {
                cardDepth = 1
            }
        } else if byte == UInt8(ascii: ")"), let depth = cardDepth {
            cardDepth = depth == 1 ? nil : depth - 1
        }
    }

    private mutating func append(_ byte: UInt8) {
        if byte.isSpace {
            if code.last?.isWord == true { code.append(UInt8(ascii: " ")) }
            return
        }
        if !byte.isWord, code.last == UInt8(ascii: " ") { code.removeLast() }
        if byte == UInt8(ascii: ")") || byte == UInt8(ascii: "]"), code.last == UInt8(ascii: ",") {
            code.removeLast()
        }
        code.append(byte)
    }

    /// Comments may be nested.
    private mutating func skipComment() {
        var depth = 0
        repeat {
            if starts("/*") {
                depth += 1
                rest.removeFirst(2)
            } else if starts("*/") {
                depth -= 1
                rest.removeFirst(2)
            } else {
                rest.removeFirst()
            }
        } while depth > 0 && !rest.isEmpty
    }

    /// A string literal; of one in the card its quotes alone.
    private mutating func readString() {
        let hashes = String(repeating: "#", count: hashesBeforeQuote)
        let isLong = starts(hashes + "\"\"\"")
        let quote = isLong ? "\"\"\"" : "\""
        let isCard = cardDepth != nil
        take(hashes + quote, keeping: true)
        while let byte = rest.first {
            if starts(quote + hashes) { return take(quote + hashes, keeping: true) }
            // A line's end ends a literal that the compiler will refuse.
            if !isLong, byte == UInt8(ascii: "\n") { return }
            if starts("\\" + hashes + "(") {
                take("\\" + hashes + "(", keeping: !isCard)
                let (before, card) = (code.count, cardDepth)
                cardDepth = nil
                read(until: UInt8(ascii: ")"))
                cardDepth = card
                if isCard { code.removeSubrange(before...) }
            } else if starts("\\" + hashes) {
                let length = min(rest.count, hashes.utf8.count + 2)
                if !isCard { code += rest.prefix(length) }
                rest.removeFirst(length)
            } else {
                if !isCard { code.append(byte) }
                rest.removeFirst()
            }
        }
    }

    private mutating func take(_ text: String, keeping: Bool) {
        if keeping { code += Array(text.utf8) }
        rest.removeFirst(text.utf8.count)
    }

    private func starts(_ text: String) -> Bool { rest.starts(with: text.utf8) }

    /// How many number signs stand here before a quote; 0 where there is none.
    private var hashesBeforeQuote: Int {
        let hashes = rest.prefix { $0 == UInt8(ascii: "#") }
        return rest.dropFirst(hashes.count).first == UInt8(ascii: "\"") ? hashes.count : 0
    }
}

extension UInt8 {
    fileprivate var isSpace: Bool { " \t\r\n".utf8.contains(self) }

    /// Whether it may be a part of a name or a number.
    fileprivate var isWord: Bool {
        self >= 0x80 || self == UInt8(ascii: "_") || Character(UnicodeScalar(self)).isLetter
            || Character(UnicodeScalar(self)).isNumber
    }
}
