/// Variables, those of what stands around included.
///
/// A body of a loop, a macro and some blocks have variables of their own; a condition has not.
final class Scope {
    private var variables: [String: Value]
    private let outer: Scope?

    init(_ variables: [String: Value] = [:], in outer: Scope? = nil) {
        self.variables = variables
        self.outer = outer
    }

    subscript(_ name: String) -> Value? {
        var scope: Scope? = self
        while let here = scope {
            if let value = here.variables[name] { return value }
            scope = here.outer
        }
        return nil
    }

    /// Sets a variable of this scope, hiding one of the same name outside.
    func set(_ name: String, to value: Value) { variables[name] = value }
}
