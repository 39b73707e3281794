/// An expression of a template.
struct Expression: Sendable {
    let kind: Kind
    /// Where it begins, from 1.
    let position: Position
    /// How many expressions are in one another.
    let depth: Int

    indirect enum Kind: Sendable {
        case literal(Value)
        case name(String)
        case list([Expression])
        case tuple([Expression])
        case dictionary([(key: Expression, value: Expression)])
        /// `value.name`
        case attribute(Expression, String)
        /// `value[key]`
        case item(Expression, Expression)
        /// `value[from:to:step]`
        case slice(Expression, from: Expression?, to: Expression?, step: Expression?)
        case call(Expression, Arguments)
        case filter(Expression, Applied)
        /// `value is name(arguments)`
        case test(Expression, Applied)
        case not(Expression)
        case negative(Expression)
        case positive(Expression)
        case and(Expression, Expression)
        case or(Expression, Expression)
        /// `a < b < c`
        case comparison(Expression, [(Comparison, Expression)])
        case arithmetic(Expression, Arithmetic, Expression)
        /// `a ~ b ~ c`
        case concatenation([Expression])
        /// `value if condition else otherwise`
        case conditional(Expression, condition: Expression, otherwise: Expression?)
    }
}

/// A filter or a test by its name, with what it is given.
struct Applied: Sendable {
    let name: String
    let arguments: Arguments
    let position: Position
}

/// What a call, a filter or a test is given.
struct Arguments: Sendable {
    var positional: [Expression] = []
    var named: [(name: String, value: Expression)] = []
    /// `*values`
    var spreadList: Expression?
    /// `**values`
    var spreadDictionary: Expression?

    var expressions: [Expression] {
        positional + named.map(\.value) + [spreadList, spreadDictionary].compactMap { $0 }
    }
}

enum Comparison: String, Sendable {
    case equal = "=="
    case unequal = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case isIn = "in"
    case isNotIn = "not in"
}

enum Arithmetic: String, Sendable {
    case addition = "+"
    case subtraction = "-"
    case multiplication = "*"
    case division = "/"
    case floorDivision = "//"
    case remainder = "%"
    case power = "**"
}
