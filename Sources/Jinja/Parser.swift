/// Reads a template's tokens into statements, by the grammar of Jinja 3.1.
struct Parser {
    private let tokens: [Token]
    private var place = 0
    private var nesting = 0
    /// The names that are read in the macro that is being read.
    var mentioned: Set<String> = []

    static func statements(of template: String) throws(TemplateError) -> [Statement] {
        var parser = Parser(tokens: try Lexer.tokens(of: template))
        return try parser.statements(until: [], of: nil)
    }

    private init(tokens: [Token]) { self.tokens = tokens }

    // MARK: - Tokens

    /// The last is `end`, however far it was read.
    var current: Token { tokens[min(place, tokens.count - 1)] }

    var next: Token { tokens[min(place + 1, tokens.count - 1)] }

    /// The one before the current; the first is its own.
    var previous: Token { tokens[max(0, min(place, tokens.count) - 1)] }

    var position: Position { current.position }

    mutating func advance() { place += 1 }

    func isAt(_ symbol: String) -> Bool { current.kind == .symbol(symbol) }

    func isAt(name: String) -> Bool { current.kind == .name(name) }

    mutating func skip(_ symbol: String) -> Bool {
        guard isAt(symbol) else { return false }
        advance()
        return true
    }

    mutating func skip(name: String) -> Bool {
        guard isAt(name: name) else { return false }
        advance()
        return true
    }

    mutating func require(_ symbol: String) throws(TemplateError) {
        guard skip(symbol) else { throw unexpected("'\(symbol)'") }
    }

    mutating func require(_ kind: Token.Kind, _ mark: String) throws(TemplateError) {
        guard current.kind == kind else { throw unexpected(mark) }
        advance()
    }

    mutating func requireName(_ expected: String = "a name") throws(TemplateError) -> String {
        guard case .name(let name) = current.kind else { throw unexpected(expected) }
        advance()
        return name
    }

    func unexpected(_ expected: String) -> TemplateError {
        TemplateError(position: position, fault: .syntax(found: current.description, expected: expected))
    }

    /// One level deeper: a template of nothing but brackets does not exhaust the stack.
    mutating func nested<Result>(
        _ read: (inout Parser) throws(TemplateError) -> Result
    ) throws(TemplateError) -> Result {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= Limit.nesting else {
            throw TemplateError(
                position: position,
                fault: .limit("has more than \(Limit.nesting) blocks or brackets in one another"))
        }
        return try read(&self)
    }
}
