/// Renders a template once.
final class Interpreter {
    let date: CalendarDate
    /// Of what was evaluated last, for messages.
    private(set) var position = Position(line: 1, column: 1)
    var scope: Scope
    /// What namespaces have, by their places.
    var namespaces: [[String: Value]] = []
    var macros: [(macro: Macro, scope: Scope)] = []
    /// The loops that have not ended, by their numbers.
    var loops: [Int: LoopState] = [:]
    var loopCount = 0
    private var output = ""
    private var depth = 0
    private var steps = 0
    private var work = 0

    init(_ variables: [String: Value], date: CalendarDate) {
        self.date = date
        let functions = Value.Function.allCases.map { ($0.rawValue, Value.function($0)) }
        scope = Scope(variables, in: Scope(Dictionary(uniqueKeysWithValues: functions)))
    }

    func run(_ statements: [Statement]) throws -> String {
        try executeWhole(statements)
        return output
    }

    // MARK: - What bounds it

    /// Evaluates an expression: what is wrong with it is told with its place.
    func step<Result>(at position: Position, _ body: () throws -> Result) throws -> Result {
        self.position = position
        do {
            return try step(body)
        } catch let fault as Fault {
            throw TemplateError(position: position, fault: fault)
        }
    }

    /// Makes a step: refuses one too many, or too many in one another.
    func step<Result>(_ body: () throws -> Result) throws -> Result {
        steps += 1
        guard steps <= Limit.steps else { throw Fault.limit("takes more than \(Limit.steps) steps") }
        depth += 1
        defer { depth -= 1 }
        guard depth <= Limit.evaluationDepth else {
            throw Fault.limit("has more than \(Limit.evaluationDepth) calls and operations in one another")
        }
        return try body()
    }

    /// A value that was made, counted.
    func made(_ value: Value) throws -> Value {
        guard value.depth <= Limit.valueDepth else {
            throw Fault.limit("makes more than \(Limit.valueDepth) lists in one another")
        }
        if let text = value.string { try Limit.check(bytes: text.utf8.count) }
        try spend(value.size)
        return value
    }

    /// Counts bytes that are worked on.
    func spend(_ bytes: Int) throws {
        work += bytes
        guard work <= Limit.work else { throw Fault.limit("makes more than \(Limit.work) bytes") }
    }

    // MARK: - What is written

    func write(_ text: String) throws {
        try Limit.check(bytes: output.utf8.count + text.utf8.count)
        output += text
    }

    /// What a body writes, in place of writing it.
    func captured(_ body: () throws -> Void) throws -> String {
        let outer = output
        output = ""
        defer { output = outer }
        try body()
        return output
    }

    /// Runs a body with variables of its own.
    func scoped<Result>(_ scope: Scope, _ body: () throws -> Result) rethrows -> Result {
        let outer = self.scope
        self.scope = scope
        defer { self.scope = outer }
        return try body()
    }
}
