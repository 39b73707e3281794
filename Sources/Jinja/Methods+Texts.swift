extension Methods {
    typealias Method = @Sendable (String, CallArguments) throws -> Value

    static let texts: [String: Method] = changes.merging(questions) { $1 }

    /// What makes another text, or several.
    private static let changes: [String: Method] = [
        "upper": plain("upper") { .string($0.uppercased()) },
        "lower": plain("lower") { .string($0.lowercased()) },
        "capitalize": plain("capitalize") { .string($0.capitalizedOnce) },
        "title": plain("title") { .string($0.titled) },
        "strip": strip("strip", start: true, end: true),
        "lstrip": strip("lstrip", start: true, end: false),
        "rstrip": strip("rstrip", start: false, end: true),
        "removeprefix": { text, arguments in
            let part = try required(arguments, "prefix", of: "removeprefix")
            return .string(
                text.begins(with: part)
                    ? String(text.unicodeScalars.dropFirst(part.unicodeScalars.count)) : text)
        },
        "removesuffix": { text, arguments in
            let part = try required(arguments, "suffix", of: "removesuffix")
            return .string(
                text.ends(with: part) ? String(text.unicodeScalars.dropLast(part.unicodeScalars.count)) : text
            )
        },
        "split": split("split", fromEnd: false),
        "rsplit": split("rsplit", fromEnd: true),
        "splitlines": { text, arguments in
            try Limit.check(parts: text.unicodeScalars.count(where: \.endsLine))
            let keepsEnds = try arguments.only("keepends", of: "splitlines")?.isTrue ?? false
            return .list(text.lines(keepsEnds: keepsEnds).map(Value.string))
        },
        "partition": { text, arguments in
            let mark = try separator(arguments, of: "partition")
            let parts = text.split(mark, limit: 1)
            return .tuple(
                (parts.count == 2 ? [parts[0], mark, parts[1]] : [text, "", ""]).map(Value.string))
        },
        "rpartition": { text, arguments in
            let mark = try separator(arguments, of: "rpartition")
            let parts = text.split(mark, limit: 1, fromEnd: true)
            return .tuple(
                (parts.count == 2 ? [parts[0], mark, parts[1]] : ["", "", text]).map(Value.string))
        },
        "replace": { text, arguments in
            let given = try arguments.bound(to: ["old", "new", "count"], of: "replace")
            guard let old = try given[0].text(), let new = try given[1].text() else {
                throw Fault.unsuitable("'replace' was given too little")
            }
            return .string(try text.replacing(old, with: new, limit: limit(given[2])))
        },
        "join": { text, arguments in
            guard let values = try arguments.only("iterable", of: "join") else {
                throw Fault.unsuitable("'join' was given nothing")
            }
            let parts = try values.elements("joined").map { value in
                guard let part = value.string else {
                    throw Fault.unsuitable("a \(value.typeName) cannot be joined to a text")
                }
                return part
            }
            try Limit.check(bytes: text.utf8.count, times: parts.count)
            try Limit.check(bytes: parts.reduce(0) { $0 + $1.utf8.count })
            return .string(parts.joined(separator: text))
        },
        "format": { .string(try TextFormat.braces($0, $1)) },
    ]

    /// What tells something of a text.
    private static let questions: [String: Method] = [
        "startswith": affix("startswith") { $0.begins(with: $1) },
        "endswith": affix("endswith") { $0.ends(with: $1) },
        "find": { text, arguments in
            .integer(text.place(of: try required(arguments, "sub", of: "find")) ?? -1)
        },
        "rfind": { text, arguments in
            .integer(text.place(of: try required(arguments, "sub", of: "rfind"), fromEnd: true) ?? -1)
        },
        "index": { text, arguments in
            guard let place = text.place(of: try required(arguments, "sub", of: "index")) else {
                throw Fault.unsuitable("'index' was given what the text does not have")
            }
            return .integer(place)
        },
        "count": { text, arguments in
            .integer(TextSearch(try required(arguments, "sub", of: "count")).places(in: text).count)
        },
        "isdigit": all("isdigit") {
            $0.properties.numericType == .decimal || $0.properties.numericType == .digit
        },
        "isalpha": all("isalpha", isLetter),
        "isalnum": all("isalnum") { isLetter($0) || $0.properties.numericType != nil },
        "isspace": all("isspace", \.isPythonSpace),
        "isupper": plain("isupper") { text in
            .boolean(
                text.unicodeScalars.contains { $0.properties.isCased } && text.isSame(as: text.uppercased()))
        },
        "islower": plain("islower") { text in
            .boolean(
                text.unicodeScalars.contains { $0.properties.isCased } && text.isSame(as: text.lowercased()))
        },
    ]

    private static func plain(_ name: String, _ method: @escaping @Sendable (String) throws -> Value)
        -> Method
    {
        { text, arguments in
            try arguments.requireNone(of: name)
            return try method(text)
        }
    }

    private static func required(
        _ arguments: CallArguments, _ parameter: String, of name: String
    ) throws -> String {
        guard let text = try arguments.only(parameter, of: name).text() else {
            throw Fault.unsuitable("'\(name)' was given nothing")
        }
        return text
    }

    private static func separator(_ arguments: CallArguments, of name: String) throws -> String {
        let mark = try required(arguments, "sep", of: name)
        guard !mark.isEmpty else { throw Fault.unsuitable("'\(name)' was given an empty text") }
        return mark
    }

    private static func strip(_ name: String, start: Bool, end: Bool) -> Method {
        { text, arguments in
            .string(text.stripped(of: try arguments.only("chars", of: name).text(), start: start, end: end))
        }
    }

    private static func split(_ name: String, fromEnd: Bool) -> Method {
        { text, arguments in
            let given = try arguments.bound(to: ["sep", "maxsplit"], of: name)
            let separator = try given[0].text()
            guard separator?.isEmpty != true else {
                throw Fault.unsuitable("'\(name)' was given an empty text")
            }
            let limit = min(try limit(given[1]), Limit.parts + 1)
            let parts = text.split(separator, limit: limit, fromEnd: fromEnd)
            try Limit.check(parts: parts.count)
            return .list(parts.map(Value.string))
        }
    }

    /// Whether a text begins or ends with a text, or with one of several.
    private static func affix(
        _ name: String, _ holds: @escaping @Sendable (String, String) -> Bool
    ) -> Method {
        { text, arguments in
            let given = try arguments.only("affix", of: name)
            if case .list(let list)? = given, list.kind == .tuple {
                return .boolean(
                    try list.elements.contains { value in
                        try Optional(value).text().map { holds(text, $0) } ?? false
                    })
            }
            guard let affix = try given.text() else { throw Fault.unsuitable("'\(name)' was given nothing") }
            return .boolean(holds(text, affix))
        }
    }

    private static func all(
        _ name: String, _ holds: @escaping @Sendable (Unicode.Scalar) -> Bool
    ) -> Method {
        plain(name) { text in .boolean(!text.isEmpty && text.unicodeScalars.allSatisfy(holds)) }
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        case _: false
        }
    }
}
