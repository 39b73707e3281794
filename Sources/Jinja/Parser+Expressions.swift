/// Expressions, from those that bind least to those that bind most.
extension Parser {
    /// An expression over others, which may not be too many in one another.
    func make(
        _ kind: Expression.Kind, _ position: Position, over parts: [Expression] = []
    ) throws(TemplateError) -> Expression {
        let depth = 1 + (parts.map(\.depth).max() ?? 0)
        guard depth <= Limit.expressionDepth else {
            throw TemplateError(
                position: position,
                fault: .limit("has more than \(Limit.expressionDepth) operations in one expression"))
        }
        return Expression(kind: kind, position: position, depth: depth)
    }

    mutating func expression() throws(TemplateError) -> Expression {
        try nested { parser throws(TemplateError) in
            var value = try parser.disjunction()
            while true {
                let position = parser.position
                guard parser.skip(name: "if") else { return value }
                let condition = try parser.disjunction()
                let otherwise = parser.skip(name: "else") ? try parser.expression() : nil
                value = try parser.make(
                    .conditional(value, condition: condition, otherwise: otherwise), position,
                    over: [value, condition] + [otherwise].compactMap { $0 })
            }
        }
    }

    /// An expression, or several with commas between them: a tuple.
    /// - Parameter allowsConditional: whether `if` behind it belongs to it
    mutating func expressions(
        allowsConditional: Bool = true, endingAt end: String? = nil
    ) throws(TemplateError) -> Expression {
        let position = position
        var parts: [Expression] = []
        var isTuple = false
        while !isAtEndOfTuple(end) {
            parts.append(try allowsConditional ? expression() : disjunction())
            guard skip(",") else { break }
            isTuple = true
        }
        if !isTuple, let only = parts.first { return only }
        guard isTuple else { throw unexpected("an expression") }
        return try make(.tuple(parts), position, over: parts)
    }

    private func isAtEndOfTuple(_ end: String?) -> Bool {
        switch current.kind {
        case .endOutput, .endTag, .end: true
        case .symbol(let symbol): symbol == ")"
        case .name(let name): name == end
        case _: false
        }
    }

    private mutating func disjunction() throws(TemplateError) -> Expression {
        var left = try conjunction()
        while isAt(name: "or") {
            let position = position
            advance()
            let right = try conjunction()
            left = try make(.or(left, right), position, over: [left, right])
        }
        return left
    }

    private mutating func conjunction() throws(TemplateError) -> Expression {
        var left = try negation()
        while isAt(name: "and") {
            let position = position
            advance()
            let right = try negation()
            left = try make(.and(left, right), position, over: [left, right])
        }
        return left
    }

    private mutating func negation() throws(TemplateError) -> Expression {
        let position = position
        guard skip(name: "not") else { return try comparison() }
        let value = try nested { parser throws(TemplateError) in try parser.negation() }
        return try make(.not(value), position, over: [value])
    }

    private mutating func comparison() throws(TemplateError) -> Expression {
        let position = position
        let first = try sum()
        var others: [(Comparison, Expression)] = []
        while let comparison = skipComparison() { others.append((comparison, try sum())) }
        guard !others.isEmpty else { return first }
        return try make(.comparison(first, others), position, over: [first] + others.map(\.1))
    }

    private mutating func skipComparison() -> Comparison? {
        switch current.kind {
        case .symbol(let symbol):
            guard let comparison = Comparison(rawValue: symbol) else { return nil }
            advance()
            return comparison
        case .name("in"):
            advance()
            return .isIn
        case .name("not") where next.kind == .name("in"):
            advance()
            advance()
            return .isNotIn
        case _: return nil
        }
    }

    private mutating func sum() throws(TemplateError) -> Expression {
        var left = try concatenation()
        while isAt("+") || isAt("-") {
            let (position, operation): (Position, Arithmetic) = (
                position, isAt("+") ? .addition : .subtraction
            )
            advance()
            let right = try concatenation()
            left = try make(.arithmetic(left, operation, right), position, over: [left, right])
        }
        return left
    }

    private mutating func concatenation() throws(TemplateError) -> Expression {
        let position = position
        var parts = [try product()]
        while skip("~") { parts.append(try product()) }
        return parts.count == 1 ? parts[0] : try make(.concatenation(parts), position, over: parts)
    }

    private mutating func product() throws(TemplateError) -> Expression {
        var left = try power()
        while case .symbol(let symbol) = current.kind, ["*", "/", "//", "%"].contains(symbol),
            let operation = Arithmetic(rawValue: symbol)
        {
            let position = position
            advance()
            let right = try power()
            left = try make(.arithmetic(left, operation, right), position, over: [left, right])
        }
        return left
    }

    private mutating func power() throws(TemplateError) -> Expression {
        var left = try unary()
        while isAt("**") {
            let position = position
            advance()
            let right = try unary()
            left = try make(.arithmetic(left, .power, right), position, over: [left, right])
        }
        return left
    }
}
