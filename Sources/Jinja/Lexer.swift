/// Cuts a template into tokens, with white space around tags removed as `trim_blocks`, `lstrip_blocks` and the
/// signs `-` and `+` say.
struct Lexer {
    private let source: [Unicode.Scalar]
    private var place = 0
    private var line = 1
    /// Where the line begins.
    private var lineStart = 0
    private var tokens: [Token] = []

    static func tokens(of template: String) throws(TemplateError) -> [Token] {
        var lexer = Lexer(template)
        while lexer.place < lexer.source.count { try lexer.readText() }
        lexer.append(.end)
        return lexer.tokens
    }

    /// Lines end in `\n`, whatever ended them, and the one that ends the template is none of it.
    private init(_ template: String) {
        var source: [Unicode.Scalar] = []
        for scalar in template.unicodeScalars {
            if scalar == "\n", source.last == "\r" {
                source[source.count - 1] = "\n"
                continue
            }
            // A return before this one ended a line of its own.
            if source.last == "\r" { source[source.count - 1] = "\n" }
            source.append(scalar)
        }
        if source.last == "\r" { source[source.count - 1] = "\n" }
        if source.last == "\n" { source.removeLast() }
        self.source = source
    }

    private var position: Position { Position(line: line, column: place - lineStart + 1) }

    private mutating func append(_ kind: Token.Kind) { tokens.append(Token(kind: kind, position: position)) }

    private func fail(found: String, expected: String) -> TemplateError {
        TemplateError(position: position, fault: .syntax(found: found, expected: expected))
    }

    private func starts(_ text: String, at place: Int) -> Bool {
        place + text.unicodeScalars.count <= source.count
            && source[place...].starts(with: text.unicodeScalars)
    }

    /// What a tag that begins at a place says about the white space before it: `-`, `+` or nothing.
    private func sign(behind begin: Int) -> Unicode.Scalar? {
        let place = begin + 2
        return place < source.count && ["-", "+"].contains(source[place]) ? source[place] : nil
    }

    private func skippingSpace(from place: Int) -> Int {
        source[place...].firstIndex { !$0.isPythonSpace } ?? source.count
    }

    /// Goes on to a place, counting lines.
    private mutating func advance(to end: Int) {
        for index in place..<end where source[index] == "\n" {
            line += 1
            lineStart = index + 1
        }
        place = end
    }

    // MARK: - Text and what begins behind it

    private mutating func readText() throws(TemplateError) {
        let begin = source.indices[place...].first { place in
            source[place] == "{" && place + 1 < source.count && ["{", "%", "#"].contains(source[place + 1])
        }
        guard let begin else {
            append(.text(String(source[place...])))
            return advance(to: source.count)
        }
        let sign = sign(behind: begin)
        appendText(upTo: begin, sign: sign, isOutput: source[begin + 1] == "{")
        let inside = begin + (sign == nil ? 2 : 3)
        switch source[begin + 1] {
        case "{":
            append(.beginOutput)
            advance(to: inside)
            try readExpressions(isOutput: true)
        case "#":
            guard let end = source.indices[inside...].first(where: { starts("#}", at: $0) }) else {
                throw fail(found: "'{#'", expected: "'#}' behind it")
            }
            advance(to: behind("#}", at: end, notBefore: inside))
        case _:
            if let raw = behindTag("raw", at: inside, keeping: false) {
                advance(to: raw)
                try readRaw()
            } else {
                append(.beginTag)
                advance(to: inside)
                try readExpressions(isOutput: false)
            }
        }
    }

    /// Text in front of a tag: `-` takes the white space before it, and without a sign what indents the tag goes.
    private mutating func appendText(upTo end: Int, sign: Unicode.Scalar?, isOutput: Bool) {
        var text = source[place..<end]
        if sign == "-" {
            while text.last?.isPythonSpace == true { text.removeLast() }
        } else if sign == nil, !isOutput {
            let lineStart = text.lastIndex(of: "\n").map { $0 + 1 } ?? text.startIndex
            let isAtStart = lineStart > 0 ? source[lineStart - 1] == "\n" : true
            if isAtStart, text[lineStart...].allSatisfy(\.isPythonSpace) { text = text[..<lineStart] }
        }
        if !text.isEmpty { append(.text(String(text))) }
        advance(to: end)
    }

    /// Behind the mark that ends a tag or a comment, with the white space or the line's end that it takes along.
    /// - Parameters:
    ///   - end: where the mark stands
    ///   - start: what a sign of the mark cannot stand before
    private func behind(_ mark: String, at end: Int, notBefore start: Int) -> Int {
        let behind = end + 2
        switch end > start ? source[end - 1] : " " {
        case "-": return skippingSpace(from: behind)
        case "+": return behind
        case _: return behind < source.count && source[behind] == "\n" && mark != "}}" ? behind + 1 : behind
        }
    }

    /// Behind a tag of one word, `raw` or `endraw`; nil where none stands.
    private func behindTag(_ word: String, at inside: Int, keeping: Bool) -> Int? {
        let begin = skippingSpace(from: inside)
        guard starts(word, at: begin) else { return nil }
        let end = skippingSpace(from: begin + word.count)
        if starts("%}", at: end) {
            // What `raw` is followed by is kept.
            return keeping ? behind("%}", at: end, notBefore: end) : end + 2
        }
        let isSigned = starts("-%}", at: end) || (keeping && starts("+%}", at: end))
        return isSigned ? behind("%}", at: end + 1, notBefore: end) : nil
    }

    private mutating func readRaw() throws(TemplateError) {
        for begin in place..<source.count where starts("{%", at: begin) {
            let sign = sign(behind: begin)
            if let behind = behindTag("endraw", at: begin + (sign == nil ? 2 : 3), keeping: true) {
                appendText(upTo: begin, sign: sign, isOutput: false)
                return advance(to: behind)
            }
        }
        throw fail(found: "'{% raw %}'", expected: "'{% endraw %}' behind it")
    }

    // MARK: - Inside a tag

    private static let pairs: [Unicode.Scalar: Unicode.Scalar] = ["(": ")", "[": "]", "{": "}"]
    private static let symbols =
        ["//", "**", "==", "!=", ">=", "<="] + "+-/*%~[](){}><=.:|,;".map(String.init)

    private mutating func readExpressions(isOutput: Bool) throws(TemplateError) {
        let mark = isOutput ? "}}" : "%}"
        // What closes the open brackets: a mark within them is none.
        var closing: [Unicode.Scalar] = []
        while place < source.count {
            if closing.isEmpty, let end = [place, place + 1].first(where: { starts(mark, at: $0) }),
                end == place || source[place] == "-" || (source[place] == "+" && !isOutput)
            {
                append(isOutput ? .endOutput : .endTag)
                return advance(to: behind(mark, at: end, notBefore: place))
            }
            let scalar = source[place]
            if scalar.isPythonSpace {
                advance(to: place + 1)
            } else if ("0"..."9").contains(scalar) {
                try readNumber()
            } else if scalar == "_" || scalar.properties.isXIDStart {
                let end =
                    source[place...].firstIndex { !($0 == "_" || $0.properties.isXIDContinue) }
                    ?? source.count
                append(.name(String(source[place..<end])))
                advance(to: end)
            } else if scalar == "'" || scalar == "\"" {
                try readString()
            } else if let symbol = Self.symbols.first(where: { starts($0, at: place) }) {
                if let other = Self.pairs[scalar] {
                    closing.append(other)
                } else if [")", "]", "}"].contains(symbol), closing.popLast() != scalar {
                    throw fail(found: "'\(symbol)'", expected: "the bracket that closes an open one")
                }
                append(.symbol(symbol))
                advance(to: place + symbol.count)
            } else {
                throw fail(found: "'\(scalar)'", expected: "an expression")
            }
        }
        throw fail(found: "the end of the template", expected: "'\(mark)'")
    }

    private mutating func readNumber() throws(TemplateError) {
        func digits(from start: Int) -> Int {
            source[start...].firstIndex { !("0"..."9").contains($0) && $0 != "_" } ?? source.count
        }
        func isDigit(_ place: Int) -> Bool { place < source.count && ("0"..."9").contains(source[place]) }
        var end = digits(from: place)
        var isFloat = false
        // `list.0.1` has numbers between its dots, no fraction.
        if place == 0 || source[place - 1] != "." {
            if end < source.count, source[end] == ".", isDigit(end + 1) {
                isFloat = true
                end = digits(from: end + 1)
            }
            if end < source.count, ["e", "E"].contains(source[end]) {
                let sign = end + 1 < source.count && ["-", "+"].contains(source[end + 1]) ? 1 : 0
                if isDigit(end + 1 + sign) {
                    isFloat = true
                    end = digits(from: end + 1 + sign)
                }
            }
        }
        let text = String(source[place..<end].filter { $0 != "_" })
        if isFloat, let number = Double(text) {
            append(.float(number))
        } else if !isFloat, let number = Int(text) {
            append(.integer(number))
        } else {
            throw fail(found: "'\(text)'", expected: "a number of at most 64 bits")
        }
        advance(to: end)
    }

    private mutating func readString() throws(TemplateError) {
        let quote = source[place]
        var end = place + 1
        while end < source.count, source[end] != quote { end += source[end] == "\\" ? 2 : 1 }
        guard end < source.count else { throw fail(found: "an open text", expected: "\(quote) at its end") }
        do {
            append(.string(try StringLiteral.text(of: source[(place + 1)..<end])))
        } catch {
            throw TemplateError(position: position, fault: error)
        }
        advance(to: end + 1)
    }
}
