/// What `loop` knows of a loop.
struct LoopState {
    let loop: Loop
    let elements: [Value]
    /// What stands around the loop: what it runs in when it calls itself.
    let scope: Scope
    /// How many loops it was called from, by itself.
    let depth: Int
    /// From 0.
    var index = 0
    var lastChanged: [Value]?
}

extension Interpreter {
    /// Runs a loop's body for each element.
    /// - Parameter depth: how often the loop called itself to get here
    func run(_ loop: Loop, over value: Value, depth: Int) throws {
        var elements = try value.elements("looped over")
        try spend(elements.count * Limit.workOfElement)
        if let condition = loop.condition {
            elements = try elements.filter { element in
                try scoped(Scope(in: scope)) {
                    try assign(element, to: loop.target)
                    return try evaluate(condition).isTrue
                }
            }
        }
        guard !elements.isEmpty else {
            return try scoped(Scope(in: scope)) { try executeWhole(loop.otherwise) }
        }
        loopCount += 1
        let number = loopCount
        loops[number] = LoopState(loop: loop, elements: elements, scope: scope, depth: depth)
        defer { loops[number] = nil }
        for (index, element) in elements.enumerated() {
            loops[number]?.index = index
            let flow = try step {
                try scoped(Scope(["loop": .loop(number)], in: scope)) {
                    try assign(element, to: loop.target)
                    return try execute(loop.body)
                }
            }
            if flow == .leftLoop { break }
        }
    }

    func state(of loop: Int) throws -> LoopState {
        guard let state = loops[loop] else {
            throw Fault.unsuitable("a loop that has ended was asked something")
        }
        return state
    }

    /// `loop.name`
    func attribute(_ name: String, ofLoop number: Int) throws -> Value {
        let state = try state(of: number)
        let (index, count) = (state.index, state.elements.count)
        switch name {
        case "index": return .integer(index + 1)
        case "index0": return .integer(index)
        case "revindex": return .integer(count - index)
        case "revindex0": return .integer(count - index - 1)
        case "first": return .boolean(index == 0)
        case "last": return .boolean(index == count - 1)
        case "length": return .integer(count)
        case "depth": return .integer(state.depth + 1)
        case "depth0": return .integer(state.depth)
        case "previtem": return index == 0 ? .undefined("'loop.previtem'") : state.elements[index - 1]
        case "nextitem": return index == count - 1 ? .undefined("'loop.nextitem'") : state.elements[index + 1]
        case "cycle", "changed": return .method(name, of: .loop(number))
        case _: return .undefined("'loop.\(name)'")
        }
    }

    func call(method: String, ofLoop number: Int, _ arguments: CallArguments) throws -> Value {
        let state = try state(of: number)
        let values = arguments.positional
        guard method == "cycle" else {
            try spend(values.reduce(0) { $0 + $1.weight })
            let isSame = state.lastChanged.map { last in
                last.count == values.count && zip(last, values).allSatisfy { $0.isEqual(to: $1) }
            }
            loops[number]?.lastChanged = values
            return .boolean(isSame != true)
        }
        guard !values.isEmpty else { throw Fault.unsuitable("'loop.cycle' was given nothing") }
        return values[state.index % values.count]
    }

    /// `loop(elements)` in a recursive loop: what it writes for them.
    func call(loop number: Int, _ arguments: CallArguments) throws -> Value {
        let state = try state(of: number)
        guard state.loop.isRecursive else {
            throw Fault.unsuitable("a loop that is not 'recursive' was called")
        }
        guard let elements = try arguments.only("elements", of: "loop") else {
            throw Fault.unsuitable("a loop was called without elements")
        }
        return .string(
            try scoped(state.scope) {
                try captured { try run(state.loop, over: elements, depth: state.depth + 1) }
            })
    }
}
