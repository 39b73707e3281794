/// An integer or a float, with Python's arithmetic.
enum Number: Equatable, Comparable {
    case integer(Int)
    case float(Double)

    var value: Value {
        switch self {
        case .integer(let number): .integer(number)
        case .float(let number): .float(number)
        }
    }

    static func == (a: Number, b: Number) -> Bool {
        if case .integer(let x) = a, case .integer(let y) = b { x == y } else { Double(a) == Double(b) }
    }

    static func < (a: Number, b: Number) -> Bool {
        if case .integer(let x) = a, case .integer(let y) = b { x < y } else { Double(a) < Double(b) }
    }

    /// Python's integers have no end; here what does not fit is refused.
    private static func fitting(_ result: (partialValue: Int, overflow: Bool)) throws -> Number {
        guard !result.overflow else { throw Fault.limit("computes a number of more than 64 bits") }
        return .integer(result.partialValue)
    }

    /// `+`, `-`, `*`, `/`, `//`, `%` or `**` of two numbers.
    static func combine(_ a: Number, _ operation: Arithmetic, _ b: Number) throws -> Number {
        if operation == .division || operation == .floorDivision || operation == .remainder {
            guard Double(b) != 0 else { throw Fault.unsuitable("a number cannot be divided by 0") }
        }
        guard case .integer(let x) = a, case .integer(let y) = b else {
            return .float(try combine(Double(a), operation, Double(b)))
        }
        switch operation {
        case .addition: return try fitting(x.addingReportingOverflow(y))
        case .subtraction: return try fitting(x.subtractingReportingOverflow(y))
        case .multiplication: return try fitting(x.multipliedReportingOverflow(by: y))
        case .division:
            // Python divides integers as they are, not as the floats next to them.
            guard Int(exactly: Double(x)) == x, Int(exactly: Double(y)) == y else {
                throw Fault.limit("divides a number of more than 53 bits")
            }
            return .float(Double(x) / Double(y))
        case .floorDivision:
            let (quotient, remainder) = (
                x.dividedReportingOverflow(by: y), x.remainderReportingOverflow(dividingBy: y)
            )
            let isBelow = remainder.partialValue != 0 && (x < 0) != (y < 0)
            return try fitting((quotient.partialValue - (isBelow ? 1 : 0), quotient.overflow))
        case .remainder:
            let remainder = x.remainderReportingOverflow(dividingBy: y).partialValue
            return .integer(remainder != 0 && (remainder < 0) != (y < 0) ? remainder + y : remainder)
        case .power:
            guard y >= 0 else { return .float(try combine(Double(x), .power, Double(y))) }
            // With an exponent past 64 any other base leaves 64 bits.
            if x.magnitude <= 1 { return .integer(y == 0 || (x == -1 && y % 2 == 0) ? 1 : x) }
            var product = Number.integer(1)
            for _ in 0..<min(y, 64) { product = try combine(product, .multiplication, a) }
            return product
        }
    }

    private static func combine(_ a: Double, _ operation: Arithmetic, _ b: Double) throws -> Double {
        switch operation {
        case .addition: return a + b
        case .subtraction: return a - b
        case .multiplication: return a * b
        case .division: return a / b
        case .floorDivision:
            // As Python has it, from the remainder: the quotient may have been rounded up to a whole number.
            let quotient = (a - (try combine(a, .remainder, b))) / b
            return quotient.rounded()
        case .remainder:
            let remainder = a.truncatingRemainder(dividingBy: b)
            return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder
        case .power: throw Fault.unsupported(kind: "power of floats", name: "**")
        }
    }
}

extension Double {
    /// Without its fraction; what does not fit is refused.
    func truncated() throws -> Int {
        guard let whole = Int(exactly: rounded(.towardZero)) else {
            throw Fault.limit("computes a number of more than 64 bits")
        }
        return whole
    }

    init(_ number: Number) {
        switch number {
        case .integer(let integer): self = Double(integer)
        case .float(let float): self = float
        }
    }
}
