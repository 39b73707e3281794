extension Parser {
    /// Statements up to a tag of one of the names, which is the current token then; up to the template's end
    /// where there are no names.
    /// - Parameter block: what is open and where, for messages
    mutating func statements(
        until ends: Set<String>, of block: (name: String, position: Position)?
    ) throws(TemplateError) -> [Statement] {
        var result: [Statement] = []
        while true {
            switch current.kind {
            case .text(let text):
                advance()
                result.append(.text(text))
            case .beginOutput:
                advance()
                result.append(.output(try expressions()))
                try require(.endOutput, "'}}'")
            case .beginTag:
                advance()
                let name = try requireName("the name of a tag")
                if ends.contains(name) { return result }
                let read = try nested { parser throws(TemplateError) in try parser.statement(name) }
                result.append(contentsOf: read)
                try require(.endTag, "'%}'")
            case .end:
                guard let block else { return result }
                throw TemplateError(
                    position: block.position,
                    fault: .syntax(
                        found: "'\(block.name)'",
                        expected: "'\(ends.sorted().joined(separator: "' or '"))' behind it"))
            case .endOutput, .endTag, .name, .string, .integer, .float, .symbol:
                throw unexpected("text or a tag")
            }
        }
    }

    /// The statements of a block, from behind its tag to the name of the tag that ends it, which is skipped.
    /// - Returns: the name of what ended it as well
    private mutating func block(
        _ name: String, _ position: Position, until ends: Set<String>
    ) throws(TemplateError) -> (body: [Statement], end: String) {
        // A colon behind a tag is allowed, as in Python.
        _ = skip(":")
        try require(.endTag, "'%}'")
        let body = try statements(until: ends, of: (name, position))
        guard case .name(let end) = previous.kind else { throw unexpected("the end of a block") }
        return (body, end)
    }

    /// A tag's statement, from behind its name up to the mark that ends it.
    private mutating func statement(_ name: String) throws(TemplateError) -> [Statement] {
        let position = previous.position
        switch name {
        case "if": return [try conditional(position)]
        case "for": return [try loop(position)]
        case "set": return [try assignment(position)]
        case "macro":
            return [.macro(try macro(named: try requireName("the name of a macro"), "macro", position))]
        case "call":
            let parameters = isAt("(") ? try self.parameters() : []
            let call = try expression()
            guard case .call(let function, let arguments) = call.kind else { throw unexpected("a call") }
            return [.call(function, arguments, body: try macro("caller", parameters, "call", position))]
        case "filter":
            let filters = try self.filters(isFirst: true)
            return [.filter(filters, try block(name, position, until: ["endfilter"]).body)]
        case "with":
            var assignments: [(target: Target, value: Expression)] = []
            while current.kind != .endTag {
                if !assignments.isEmpty { try require(",") }
                let target = try target()
                try require("=")
                assignments.append((target, try expression()))
            }
            return [.with(assignments, try block(name, position, until: ["endwith"]).body)]
        case "generation": return [.scope(try block(name, position, until: ["endgeneration"]).body)]
        case "break": return [.leaveLoop]
        case "continue": return [.nextRound]
        case "print":
            var outputs: [Statement] = []
            while current.kind != .endTag {
                if !outputs.isEmpty { try require(",") }
                outputs.append(.output(try expression()))
            }
            return outputs
        case _:
            throw TemplateError(position: position, fault: .unsupported(kind: "tag", name: name))
        }
    }

    private mutating func conditional(_ position: Position) throws(TemplateError) -> Statement {
        var branches: [(condition: Expression, body: [Statement])] = []
        while true {
            let condition = try expressions(allowsConditional: false)
            let (body, end) = try block("if", position, until: ["elif", "else", "endif"])
            branches.append((condition, body))
            switch end {
            case "elif": continue
            case "else":
                return .conditional(branches, otherwise: try block("else", position, until: ["endif"]).body)
            case _: return .conditional(branches, otherwise: [])
            }
        }
    }

    private mutating func loop(_ position: Position) throws(TemplateError) -> Statement {
        let target = try target(endingAt: "in")
        guard skip(name: "in") else { throw unexpected("'in'") }
        let elements = try expressions(allowsConditional: false, endingAt: "recursive")
        let condition = skip(name: "if") ? try expression() : nil
        let isRecursive = skip(name: "recursive")
        let (body, end) = try block("for", position, until: ["endfor", "else"])
        let otherwise = end == "else" ? try block("else", position, until: ["endfor"]).body : []
        return .loop(
            Loop(
                target: target, elements: elements, condition: condition, isRecursive: isRecursive,
                body: body,
                otherwise: otherwise))
    }

    private mutating func assignment(_ position: Position) throws(TemplateError) -> Statement {
        let target = try target(allowsAttribute: true)
        if skip("=") { return .assignment(target, try expressions()) }
        let filters = try self.filters(isFirst: false)
        return .capture(target, filters, try block("set", position, until: ["endset"]).body)
    }

    /// Filters that a block's text goes through.
    /// - Parameter isFirst: whether the first has no `|` before it
    private mutating func filters(isFirst: Bool) throws(TemplateError) -> [Applied] {
        var result = isFirst ? [try applied()] : []
        while skip("|") { result.append(try applied()) }
        return result
    }

    private mutating func macro(named name: String, _ tag: String, _ position: Position) throws(TemplateError)
        -> Macro
    {
        try macro(name, try parameters(), tag, position)
    }

    private mutating func macro(
        _ name: String, _ parameters: [(name: String, otherwise: Expression?)], _ tag: String,
        _ position: Position
    ) throws(TemplateError) -> Macro {
        let outer = mentioned
        mentioned = []
        let body = try block(tag, position, until: ["end\(tag)"]).body
        defer { mentioned.formUnion(outer) }
        return Macro(
            name: name, parameters: parameters, body: body, takesMore: mentioned.contains("varargs"),
            takesMoreNamed: mentioned.contains("kwargs"), takesCaller: mentioned.contains("caller"))
    }

    private mutating func parameters() throws(TemplateError) -> [(name: String, otherwise: Expression?)] {
        try require("(")
        var result: [(name: String, otherwise: Expression?)] = []
        while !isAt(")") {
            if !result.isEmpty { try require(",") }
            let name = try requireName("the name of a parameter")
            let otherwise = skip("=") ? try expression() : nil
            guard otherwise != nil || result.last?.otherwise == nil else {
                throw unexpected("a default for '\(name)', as for the parameter before it")
            }
            result.append((name, otherwise))
        }
        try require(")")
        return result
    }

    /// What is assigned to: a name, several with commas between them, or what a namespace has.
    private mutating func target(
        allowsAttribute: Bool = false, endingAt end: String? = nil
    ) throws(TemplateError) -> Target {
        var targets: [Target] = []
        var isTuple = false
        while true {
            if !targets.isEmpty, isAt("=") || current.kind == .endTag || (end.map { isAt(name: $0) } ?? false)
            {
                break
            }
            targets.append(try oneTarget(allowsAttribute: allowsAttribute))
            guard skip(",") else { break }
            isTuple = true
        }
        return isTuple ? .tuple(targets) : targets[0]
    }

    private mutating func oneTarget(allowsAttribute: Bool) throws(TemplateError) -> Target {
        if skip("(") {
            let inner = try nested { parser throws(TemplateError) in
                try parser.target(allowsAttribute: allowsAttribute)
            }
            try require(")")
            return inner
        }
        let name = try requireName("the name of a variable")
        guard allowsAttribute, skip(".") else { return .name(name) }
        return .attribute(name, try requireName())
    }
}
