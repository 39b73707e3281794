/// What a function, a filter or a method was given, evaluated.
struct CallArguments {
    var positional: [Value] = []
    var named: [(name: String, value: Value)] = []

    /// The values by the names of parameters, in their order; nil for one that was not given.
    /// - Parameter callee: what is called, for messages
    func bound(to parameters: [String], of callee: String) throws -> [Value?] {
        guard positional.count <= parameters.count else {
            throw Fault.unsuitable(
                "'\(callee)' takes at most \(parameters.count) values, not \(positional.count)")
        }
        var result =
            positional.map(Optional.some) + Array(repeating: nil, count: parameters.count - positional.count)
        for (name, value) in named {
            guard let place = parameters.firstIndex(of: name) else {
                throw Fault.unsuitable("'\(callee)' takes no '\(name)'")
            }
            guard result[place] == nil else {
                throw Fault.unsuitable("'\(callee)' was given '\(name)' twice")
            }
            result[place] = value
        }
        return result
    }

    /// Bytes, roughly, without what is in lists.
    var size: Int { positional.reduce(0) { $0 + $1.size } + named.reduce(0) { $0 + $1.value.size } }

    /// The only value that it takes; nil where none was given.
    func only(_ parameter: String, of callee: String) throws -> Value? {
        try bound(to: [parameter], of: callee)[0]
    }

    func requireNone(of callee: String) throws { _ = try bound(to: [], of: callee) }
}

extension Value? {
    /// An integer, or a default where nothing was given.
    func integer(_ otherwise: Int) throws -> Int {
        switch self {
        case nil: return otherwise
        case .integer(let number): return number
        case .boolean(let flag): return flag ? 1 : 0
        case let value?: throw Fault.unsuitable("a \(value.typeName) was given where a whole number is due")
        }
    }

    /// A text; nil where nothing or none was given.
    func text() throws -> String? {
        guard let value = self else { return nil }
        if case .none = value { return nil }
        guard let text = value.string else {
            throw Fault.unsuitable("a \(value.typeName) was given where a text is due")
        }
        return text
    }
}
