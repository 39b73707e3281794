extension Interpreter {
    func call(_ callee: Value, _ arguments: CallArguments) throws -> Value {
        switch callee {
        case .function(let function): return try call(function, arguments)
        case .macro(let place): return try call(macro: place, arguments)
        case .loop(let number): return try call(loop: number, arguments)
        case .method(let name, .loop(let number)): return try call(method: name, ofLoop: number, arguments)
        case .method(let name, let receiver):
            // A list's methods compare its elements with another.
            if case .list = receiver { try spend(receiver.weight) } else { try spend(receiver.size) }
            try spend(arguments.size)
            return try Methods.call(name, of: receiver, arguments)
        case .undefined, .none, .boolean, .integer, .float, .string, .markup, .list, .dictionary, .namespace:
            try callee.requireDefined()
            throw Fault.unsuitable("a \(callee.typeName) cannot be called")
        }
    }

    private func call(_ function: Value.Function, _ arguments: CallArguments) throws -> Value {
        switch function {
        case .raiseException:
            throw Fault.raised(try arguments.only("message", of: function.rawValue)?.text() ?? "")
        case .strftimeNow:
            guard let format = try arguments.only("format", of: function.rawValue).text() else {
                throw Fault.unsuitable("'\(function.rawValue)' was given no format")
            }
            return .string(try date.formatted(format))
        case .range: return try range(arguments)
        case .dict: return .dictionary(try dictionary(arguments))
        case .namespace:
            try spend(Limit.workOfObject)
            namespaces.append([:])
            let place = namespaces.count - 1
            for (key, value) in try dictionary(arguments).entries {
                try set(try key.text(), of: place, to: value)
            }
            return .namespace(place)
        case .cycler, .joiner, .lipsum:
            throw Fault.unsupported(kind: "function", name: function.rawValue)
        }
    }

    private func range(_ arguments: CallArguments) throws -> Value {
        let bounds = try arguments.bound(to: ["start", "stop", "step"], of: "range")
        guard bounds[0] != nil else { throw Fault.unsuitable("'range' was given nothing") }
        let (first, step) = (try bounds[0].integer(0), try bounds[2].integer(1))
        let (start, end) = try bounds[1] == nil ? (0, first) : (first, bounds[1].integer(0))
        guard step != 0 else { throw Fault.unsuitable("the step of 'range' cannot be 0") }
        let numbers = stride(from: start, to: end, by: step).lazy.prefix(Limit.range + 1).map {
            Value.integer($0)
        }
        let list = Array(numbers)
        guard list.count <= Limit.range else {
            throw Fault.limit("makes a range of more than \(Limit.range) numbers")
        }
        return .list(ListValue(list, as: .range))
    }

    /// Of a dictionary or pairs, and of what has names.
    private func dictionary(_ arguments: CallArguments) throws -> DictionaryValue {
        var unnamed = arguments
        unnamed.named = []
        var result = DictionaryValue()
        switch try unnamed.only("values", of: "dict") {
        case nil: break
        case .dictionary(let dictionary)?: result = dictionary
        case let pairs?:
            for pair in try pairs.elements("made a dictionary") {
                let parts = try pair.elements("an entry of a dictionary")
                guard parts.count == 2 else {
                    throw Fault.unsuitable("an entry of a dictionary is a key and a value")
                }
                try result.set(parts[0], to: parts[1])
            }
        }
        for (name, value) in arguments.named { try result.set(.string(name), to: value) }
        return result
    }

    // MARK: - Filters and tests

    func apply(_ filter: Applied, to value: Value) throws -> Value {
        try apply(filter: filter.name, to: value, try evaluate(filter.arguments))
    }

    func apply(filter name: String, to value: Value, _ arguments: CallArguments) throws -> Value {
        guard let filter = Filters.all[name] else { throw Fault.unsupported(kind: "filter", name: name) }
        // A text is gone through character by character.
        try spend(value.size * (value.string == nil ? 1 : 8) + arguments.size)
        return try filter(self, value, arguments)
    }

    func passes(test name: String, _ value: Value, _ arguments: CallArguments) throws -> Bool {
        guard let test = Tests.all[name] else { throw Fault.unsupported(kind: "test", name: name) }
        return try test(self, value, arguments)
    }
}
