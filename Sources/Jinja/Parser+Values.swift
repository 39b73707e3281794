/// Values: literals, names and brackets, with their parts, calls, filters and tests behind them.
extension Parser {
    /// A value with a sign, its parts, calls, filters and tests.
    mutating func unary(allowsFilters: Bool = true) throws(TemplateError) -> Expression {
        let position = position
        var value: Expression
        if isAt("-") || isAt("+") {
            let isNegative = isAt("-")
            advance()
            let operand = try nested { parser throws(TemplateError) in try parser.unary(allowsFilters: false)
            }
            value = try make(isNegative ? .negative(operand) : .positive(operand), position, over: [operand])
        } else {
            value = try primary()
        }
        value = try postfix(value)
        while allowsFilters {
            if isAt("|") {
                advance()
                let filter = try applied()
                value = try make(
                    .filter(value, filter), filter.position, over: [value] + filter.arguments.expressions)
            } else if isAt(name: "is") {
                value = try test(value)
            } else if isAt("(") {
                value = try call(value)
            } else {
                break
            }
        }
        return value
    }

    private mutating func primary() throws(TemplateError) -> Expression {
        let position = position
        let kind = current.kind
        switch kind {
        case .name(let name):
            advance()
            switch name {
            case "true", "True": return try make(.literal(.boolean(true)), position)
            case "false", "False": return try make(.literal(.boolean(false)), position)
            case "none", "None": return try make(.literal(.none), position)
            case _:
                mentioned.insert(name)
                return try make(.name(name), position)
            }
        case .string(var text):
            advance()
            // Texts side by side are one.
            while case .string(let more) = current.kind {
                text += more
                advance()
            }
            return try make(.literal(.string(text)), position)
        case .integer(let number):
            advance()
            return try make(.literal(.integer(number)), position)
        case .float(let number):
            advance()
            return try make(.literal(.float(number)), position)
        case .symbol("("):
            advance()
            let value = isAt(")") ? try make(.tuple([]), position) : try expressions()
            try require(")")
            return value
        case .symbol("["):
            advance()
            let elements = try list(until: "]") { parser throws(TemplateError) in try parser.expression() }
            return try make(.list(elements), position, over: elements)
        case .symbol("{"):
            advance()
            let entries = try list(until: "}") { parser throws(TemplateError) in
                let key = try parser.expression()
                try parser.require(":")
                return (key: key, value: try parser.expression())
            }
            return try make(.dictionary(entries), position, over: entries.flatMap { [$0.key, $0.value] })
        case .text, .beginOutput, .endOutput, .beginTag, .endTag, .symbol, .end:
            throw unexpected("an expression")
        }
    }

    /// What stands between commas, one of which may stand at the end, and the bracket behind it.
    private mutating func list<Element>(
        until end: String, _ read: (inout Parser) throws(TemplateError) -> Element
    ) throws(TemplateError) -> [Element] {
        var elements: [Element] = []
        while !isAt(end) {
            elements.append(try read(&self))
            guard skip(",") else { break }
        }
        try require(end)
        return elements
    }

    private mutating func postfix(_ value: Expression) throws(TemplateError) -> Expression {
        var value = value
        while true {
            if isAt(".") {
                value = try attribute(of: value)
            } else if isAt("[") {
                value = try item(of: value)
            } else if isAt("(") {
                value = try call(value)
            } else {
                return value
            }
        }
    }

    private mutating func attribute(of value: Expression) throws(TemplateError) -> Expression {
        advance()
        let position = position
        if case .integer(let number) = current.kind {
            advance()
            let key = try make(.literal(.integer(number)), position)
            return try make(.item(value, key), position, over: [value, key])
        }
        return try make(.attribute(value, try requireName("a name or a number")), position, over: [value])
    }

    private mutating func item(of value: Expression) throws(TemplateError) -> Expression {
        let position = position
        advance()
        /// A bound of a slice; nil where there is none.
        func bound(_ parser: inout Parser) throws(TemplateError) -> Expression? {
            parser.isAt(":") || parser.isAt("]") ? nil : try parser.expression()
        }
        let first = try bound(&self)
        guard skip(":") else {
            guard let key = first else { throw unexpected("an expression") }
            try require("]")
            return try make(.item(value, key), position, over: [value, key])
        }
        let to = try bound(&self)
        let step = skip(":") ? try bound(&self) : nil
        try require("]")
        return try make(
            .slice(value, from: first, to: to, step: step), position,
            over: [value] + [first, to, step].compactMap { $0 })
    }

    private mutating func call(_ function: Expression) throws(TemplateError) -> Expression {
        let arguments = try arguments()
        return try make(
            .call(function, arguments), function.position, over: [function] + arguments.expressions)
    }

    /// What stands in the parentheses of a call.
    private mutating func arguments() throws(TemplateError) -> Arguments {
        try require("(")
        var result = Arguments()
        while !isAt(")") {
            if skip("**") {
                guard result.spreadDictionary == nil else { throw unexpected("an argument") }
                result.spreadDictionary = try expression()
            } else if result.spreadDictionary != nil {
                throw unexpected("')' behind '**'")
            } else if skip("*") {
                guard result.spreadList == nil else { throw unexpected("an argument") }
                result.spreadList = try expression()
            } else if case .name(let name) = current.kind, next.kind == .symbol("=") {
                advance()
                advance()
                result.named.append((name, try expression()))
            } else {
                guard result.named.isEmpty, result.spreadList == nil else {
                    throw unexpected("an argument with its name")
                }
                result.positional.append(try expression())
            }
            guard skip(",") else { break }
        }
        try require(")")
        return result
    }

    /// A filter or a test: its name, and what it is given in parentheses.
    mutating func applied() throws(TemplateError) -> Applied {
        let position = position
        let name = try requireName()
        return Applied(name: name, arguments: isAt("(") ? try arguments() : Arguments(), position: position)
    }

    /// `is name`, `is not name`, with an argument behind it that needs no parentheses.
    private mutating func test(_ value: Expression) throws(TemplateError) -> Expression {
        advance()
        let isNegated = skip(name: "not")
        var test = try applied()
        guard previous.kind == .symbol(")") || !isAt(name: "is") else {
            throw unexpected("no test of a test")
        }
        if previous.kind != .symbol(")"), beginsArgument {
            let argument = try primary()
            test = Applied(
                name: test.name, arguments: Arguments(positional: [try postfix(argument)]),
                position: test.position)
        }
        let result = try make(.test(value, test), test.position, over: [value] + test.arguments.expressions)
        return isNegated ? try make(.not(result), test.position, over: [result]) : result
    }

    private var beginsArgument: Bool {
        switch current.kind {
        case .name(let name): !["else", "or", "and", "is"].contains(name)
        case .string, .integer, .float: true
        case .symbol(let symbol): ["(", "[", "{"].contains(symbol)
        case .text, .beginOutput, .endOutput, .beginTag, .endTag, .end: false
        }
    }
}
