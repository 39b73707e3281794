/// A statement of a template.
indirect enum Statement: Sendable {
    case text(String)
    case output(Expression)
    case conditional([(condition: Expression, body: [Statement])], otherwise: [Statement])
    case loop(Loop)
    /// `{% set target = value %}`
    case assignment(Target, Expression)
    /// `{% set target | filter %}…{% endset %}`
    case capture(Target, [Applied], [Statement])
    case macro(Macro)
    /// `{% call(parameters) macro() %}…{% endcall %}`: the body is the macro's `caller`.
    case call(Expression, Arguments, body: Macro)
    /// `{% filter name %}…{% endfilter %}`
    case filter([Applied], [Statement])
    case with([(target: Target, value: Expression)], [Statement])
    /// A body whose variables are its own: what stands in a `generation` block.
    case scope([Statement])
    case leaveLoop
    case nextRound
}

/// What is assigned to.
indirect enum Target: Sendable {
    case name(String)
    case tuple([Target])
    /// `namespace.name`
    case attribute(String, String)
}

struct Loop: Sendable {
    let target: Target
    let elements: Expression
    /// Elements for which it does not hold are left out.
    let condition: Expression?
    let isRecursive: Bool
    let body: [Statement]
    /// Where there are no elements.
    let otherwise: [Statement]
}

struct Macro: Sendable {
    let name: String
    let parameters: [(name: String, otherwise: Expression?)]
    let body: [Statement]
    /// Whether its body speaks of what else it was given.
    let takesMore: Bool
    let takesMoreNamed: Bool
    let takesCaller: Bool
}
