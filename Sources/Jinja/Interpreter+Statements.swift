extension Interpreter {
    /// How a body ended.
    enum Flow {
        case done
        /// At `break`, at `continue`.
        case leftLoop, nextRound
    }

    func execute(_ statements: [Statement]) throws -> Flow {
        for statement in statements {
            let flow = try step { try execute(statement) }
            if flow != .done { return flow }
        }
        return .done
    }

    private func execute(_ statement: Statement) throws -> Flow {
        switch statement {
        case .text(let text): try write(text)
        case .output(let expression): try write(try evaluate(expression).text())
        case .conditional(let branches, let otherwise):
            for (condition, body) in branches where try evaluate(condition).isTrue {
                return try execute(body)
            }
            return try execute(otherwise)
        case .loop(let loop): try run(loop, over: try evaluate(loop.elements), depth: 0)
        case .assignment(let target, let expression): try assign(try evaluate(expression), to: target)
        case .capture(let target, let filters, let body):
            try assign(try filtered(filters, body), to: target)
        case .macro(let macro): scope.set(macro.name, to: try made(macro))
        case .call(let function, let arguments, let body):
            var arguments = try evaluate(arguments)
            arguments.named.append(("caller", try made(body)))
            try write(try call(try evaluate(function), arguments).text())
        case .filter(let filters, let body): try write(try filtered(filters, body).text())
        case .with(let assignments, let body):
            let values = try assignments.map { try evaluate($0.value) }
            try own {
                for (assignment, value) in zip(assignments, values) {
                    try assign(value, to: assignment.target)
                }
                try executeWhole(body)
            }
        case .scope(let body): try own { try executeWhole(body) }
        case .leaveLoop: return .leftLoop
        case .nextRound: return .nextRound
        }
        return .done
    }

    /// Runs a body that no loop outside of it can be left from.
    func executeWhole(_ body: [Statement]) throws {
        guard try execute(body) == .done else {
            throw Fault.syntax(found: "'break' or 'continue'", expected: "a loop around it")
        }
    }

    private func own(_ body: () throws -> Void) throws { try scoped(Scope(in: scope), body) }

    private func filtered(_ filters: [Applied], _ body: [Statement]) throws -> Value {
        var value = Value.string(try captured { try own { try executeWhole(body) } })
        for filter in filters { value = try apply(filter, to: value) }
        return value
    }

    func assign(_ value: Value, to target: Target) throws {
        switch target {
        case .name(let name): scope.set(name, to: value)
        case .tuple(let targets):
            let values = try value.elements("taken apart")
            guard values.count == targets.count else {
                throw Fault.unsuitable("\(values.count) values cannot be assigned to \(targets.count) names")
            }
            for (target, value) in zip(targets, values) { try assign(value, to: target) }
        case .attribute(let name, let attribute):
            guard case .namespace(let place)? = scope[name] else {
                throw Fault.unsuitable(
                    "'\(name)' is no namespace, so that '\(attribute)' of it cannot be set")
            }
            try set(attribute, of: place, to: value)
        }
    }

    /// Sets what a namespace has; transformers forbids names that begin with an underscore.
    func set(_ attribute: String, of namespace: Int, to value: Value) throws {
        guard !attribute.hasPrefix("_") else {
            throw Fault.unsuitable("a namespace cannot have '\(attribute)', which begins with an underscore")
        }
        namespaces[namespace][attribute] = value
    }

    // MARK: - Macros

    private func made(_ macro: Macro) throws -> Value {
        try spend(Limit.workOfObject)
        macros.append((macro, scope))
        return .macro(macros.count - 1)
    }

    /// What a macro writes.
    func call(macro place: Int, _ arguments: CallArguments) throws -> Value {
        let (macro, outer) = macros[place]
        var named = arguments.named
        func take(_ name: String) -> Value? {
            named.firstIndex { $0.name == name }.map { named.remove(at: $0).value }
        }
        let own = Scope(in: outer)
        var missing: [(name: String, otherwise: Expression?)] = []
        for (number, parameter) in macro.parameters.enumerated() {
            if number < arguments.positional.count {
                own.set(parameter.name, to: arguments.positional[number])
            } else if let value = take(parameter.name) {
                own.set(parameter.name, to: value)
            } else {
                missing.append(parameter)
            }
        }
        if macro.takesCaller, !macro.parameters.contains(where: { $0.name == "caller" }) {
            own.set("caller", to: take("caller") ?? .undefined("'caller'"))
        }
        if macro.takesMoreNamed {
            own.set("kwargs", to: .dictionary(DictionaryValue(named.map { ($0.name, $0.value) })))
        } else if let (name, _) = named.first {
            throw Fault.unsuitable("the macro '\(macro.name)' takes no '\(name)'")
        }
        if macro.takesMore {
            own.set("varargs", to: .tuple(Array(arguments.positional.dropFirst(macro.parameters.count))))
        } else if arguments.positional.count > macro.parameters.count {
            throw Fault.unsuitable("the macro '\(macro.name)' takes at most \(macro.parameters.count) values")
        }
        return .string(
            try scoped(own) {
                for (name, otherwise) in missing {
                    own.set(name, to: try otherwise.map(evaluate) ?? .undefined("'\(name)'"))
                }
                return try captured { try executeWhole(macro.body) }
            })
    }
}
