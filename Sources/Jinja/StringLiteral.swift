/// What stands between quotes, with Python's escapes.
enum StringLiteral {
    static func text(of literal: ArraySlice<Unicode.Scalar>) throws(Fault) -> String {
        var result = String.UnicodeScalarView()
        var rest = literal
        while let scalar = rest.popFirst() {
            guard scalar == "\\", let escape = rest.popFirst() else {
                result.append(scalar)
                continue
            }
            switch escape {
            case "\n": break
            case "\\", "'", "\"": result.append(escape)
            case "n": result.append("\n")
            case "t": result.append("\t")
            case "r": result.append("\r")
            case "a": result.append("\u{7}")
            case "b": result.append("\u{8}")
            case "v": result.append("\u{b}")
            case "f": result.append("\u{c}")
            case "0"..."7": result.append(try number(escape, &rest, digits: 0...2, radix: 8))
            case "x": result.append(try number(nil, &rest, digits: 2...2, radix: 16))
            case "u": result.append(try number(nil, &rest, digits: 4...4, radix: 16))
            case "U": result.append(try number(nil, &rest, digits: 8...8, radix: 16))
            case "N": throw .unsupported(kind: "escape", name: "\\N")
            // What is no escape stays, with its backslash.
            case _: result.append(contentsOf: ["\\", escape])
            }
        }
        return String(result)
    }

    private static func number(
        _ first: Unicode.Scalar?, _ rest: inout ArraySlice<Unicode.Scalar>, digits: ClosedRange<Int>,
        radix: Int
    ) throws(Fault) -> Unicode.Scalar {
        var text = first.map { String($0) } ?? ""
        let taken = rest.prefix(digits.upperBound).prefix { Int(String($0), radix: radix) != nil }
        rest = rest.dropFirst(taken.count)
        text += String(taken)
        guard taken.count >= digits.lowerBound, let value = UInt32(text, radix: radix),
            let scalar = Unicode.Scalar(value)
        else { throw .syntax(found: "the escape of '\(text)'", expected: "the number of a character") }
        return scalar
    }
}
