extension Value {
    /// What `{{ value }}` writes: Python's `str`.
    func text() throws -> String {
        switch self {
        case .undefined: ""
        case .string(let text), .markup(let text): text
        case .none, .boolean, .integer, .float, .list, .dictionary, .namespace, .macro, .loop, .function,
            .method:
            try written()
        }
    }

    private func written() throws -> String {
        var text = ""
        try write(to: &text)
        return text
    }

    /// As it stands in a list that is written: Python's `repr`.
    private func write(to text: inout String) throws {
        try Limit.check(bytes: text.utf8.count)
        switch self {
        case .undefined: text += "Undefined"
        case .none: text += "None"
        case .boolean(let flag): text += flag ? "True" : "False"
        case .integer(let number): text += "\(number)"
        case .float(let number): text += number.pythonText
        case .string(let string): text += string.quoted
        case .markup(let string): text += "Markup(\(string.quoted))"
        case .list(let list):
            guard list.kind == .list || list.kind == .tuple else {
                throw Fault.unsuitable("what can only be gone through is no text; use list")
            }
            text += list.kind == .list ? "[" : "("
            for (number, element) in list.elements.enumerated() {
                text += number > 0 ? ", " : ""
                try element.write(to: &text)
            }
            text += list.kind == .list ? "]" : list.elements.count == 1 ? ",)" : ")"
        case .dictionary(let dictionary):
            text += "{"
            for (number, entry) in dictionary.entries.enumerated() {
                text += number > 0 ? ", " : ""
                try entry.key.write(to: &text)
                text += ": "
                try entry.value.write(to: &text)
            }
            text += "}"
        case .namespace, .macro, .loop, .function, .method:
            throw Fault.unsuitable("a \(typeName) is no text")
        }
    }
}

extension String {
    /// In quotes as Python writes it.
    fileprivate var quoted: String {
        let quote: Unicode.Scalar =
            utf8.contains(UInt8(ascii: "'")) && !utf8.contains(UInt8(ascii: "\"")) ? "\"" : "'"
        var result = UnicodeScalarView([quote])
        for scalar in unicodeScalars {
            switch scalar {
            case quote, "\\": result.append(contentsOf: ["\\", scalar])
            case "\n": result.append(contentsOf: "\\n".unicodeScalars)
            case "\r": result.append(contentsOf: "\\r".unicodeScalars)
            case "\t": result.append(contentsOf: "\\t".unicodeScalars)
            case _ where scalar.isPrintable: result.append(scalar)
            case _:
                let (mark, digits) =
                    scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
                result.append(contentsOf: ("\\" + mark + scalar.value.hexadecimal(digits)).unicodeScalars)
            }
        }
        result.append(quote)
        return String(result)
    }
}

extension UInt32 {
    /// With zeros in front up to a number of digits.
    func hexadecimal(_ digits: Int) -> String {
        let text = String(self, radix: 16)
        return String(repeating: "0", count: Swift.max(0, digits - text.count)) + text
    }
}

extension Unicode.Scalar {
    fileprivate var isPrintable: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
            false
        case .spaceSeparator: self == " "
        case _: true
        }
    }
}

extension Double {
    /// As Python writes it: the fewest digits that read back as the same, an exponent from 1e16 on and below
    /// 1e-4.
    var pythonText: String {
        guard isFinite else { return isNaN ? "nan" : self < 0 ? "-inf" : "inf" }
        let parts = "\(magnitude)".split(separator: "e")
        let sign = self.sign == .minus ? "-" : ""
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        var digits = mantissa.joined()
        // The number is 0.digits times ten to this.
        var exponent = mantissa[0].count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
        let leading = digits.prefix { $0 == "0" }.count
        digits = String(digits.dropFirst(leading).reversed().drop { $0 == "0" }.reversed())
        guard !digits.isEmpty else { return sign + "0.0" }
        exponent -= leading
        if exponent > 16 || exponent < -3 {
            let rest = digits.count > 1 ? "." + digits.dropFirst() : ""
            let power = abs(exponent - 1)
            return
                "\(sign)\(digits.prefix(1))\(rest)e\(exponent > 0 ? "+" : "-")\(power < 10 ? "0" : "")\(power)"
        }
        if exponent <= 0 { return sign + "0." + String(repeating: "0", count: -exponent) + digits }
        let whole = digits.prefix(exponent) + String(repeating: "0", count: max(0, exponent - digits.count))
        let fraction = digits.dropFirst(exponent)
        return "\(sign)\(whole).\(fraction.isEmpty ? "0" : fraction)"
    }
}
