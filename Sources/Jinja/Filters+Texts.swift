/// Filters of texts; another value is taken as it would be written.
extension Filters {
    static let texts: [String: Filter] = [
        "upper": plain("upper") { $0.uppercased() },
        "lower": plain("lower") { $0.lowercased() },
        "capitalize": plain("capitalize", \.capitalizedOnce),
        "title": plain("title", title),
        "trim": { _, value, arguments in
            let characters = try arguments.only("chars", of: "trim").text()
            return .string(try value.text().stripped(of: characters))
        },
        "replace": { _, value, arguments in
            let given = try arguments.bound(to: ["old", "new", "count"], of: "replace")
            guard let old = try given[0]?.text(), let new = try given[1]?.text() else {
                throw Fault.unsuitable("'replace' was given too little")
            }
            return .string(try value.text().replacing(old, with: new, limit: Methods.limit(given[2])))
        },
        "indent": indent,
        "format": { _, value, arguments in
            guard arguments.named.isEmpty else {
                let names = DictionaryValue(arguments.named.map { ($0.name, $0.value) })
                return .string(try TextFormat.percent(try value.text(), .dictionary(names)))
            }
            return .string(try TextFormat.percent(try value.text(), .tuple(arguments.positional)))
        },
    ]

    private static func plain(
        _ name: String, _ change: @escaping @Sendable (String) throws -> String
    ) -> Filter {
        { _, value, arguments in
            try arguments.requireNone(of: name)
            return .string(try change(try value.text()))
        }
    }

    /// Every word's first letter large, the others small; words end at white space, hyphens and open brackets.
    private static func title(_ text: String) -> String {
        var (result, isInWord) = ("", false)
        for scalar in text.unicodeScalars {
            if scalar.isPythonSpace || "-({[<".unicodeScalars.contains(scalar) {
                isInWord = false
                result += String(scalar)
            } else {
                result += isInWord ? scalar.properties.lowercaseMapping : scalar.properties.uppercaseMapping
                isInWord = true
            }
        }
        return result
    }

    private static let indent: Filter = { _, value, arguments in
        let given = try arguments.bound(to: ["width", "first", "blank"], of: "indent")
        let indent = try given[0]?.string ?? spaces(try given[0].integer(4))
        let indentsBlank = given[2]?.isTrue ?? false
        guard let text = value.string else {
            throw Fault.unsuitable("a \(value.typeName) is no text to indent")
        }
        // One more line's end than there is: the last line may be empty.
        let lines = (text + "\n").lines()
        try Limit.check(bytes: indent.utf8.count, times: lines.count)
        let indented = lines.enumerated().map { number, line in
            number > 0 && (indentsBlank || !line.isEmpty) ? indent + line : line
        }
        return .string((given[1]?.isTrue ?? false ? indent : "") + indented.joined(separator: "\n"))
    }
}
