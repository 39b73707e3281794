/// Texts as Python has them: a sequence of Unicode scalars, equal where these are.
extension String {
    func isSame(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }

    init(_ scalars: some Swift.Sequence<Unicode.Scalar>) {
        self.init(UnicodeScalarView(scalars))
    }

    private init(bytes: some Collection<UInt8>) { self.init(decoding: bytes, as: UTF8.self) }

    /// Without the given characters at its ends; without white space where none are given.
    func stripped(of characters: String? = nil, start: Bool = true, end: Bool = true) -> String {
        let set = characters.map { Set($0.unicodeScalars) }
        func goes(_ scalar: Unicode.Scalar) -> Bool { set?.contains(scalar) ?? scalar.isPythonSpace }
        var rest = unicodeScalars[...]
        if start { rest = rest.drop(while: goes) }
        if end { while let last = rest.last, goes(last) { rest.removeLast() } }
        return String(rest)
    }

    /// Its parts between separators.
    /// - Parameters:
    ///   - separator: nil for runs of white space, which give no empty parts
    ///   - limit: how often it is cut at most
    ///   - fromEnd: whether the last separators count where there are more
    func split(_ separator: String?, limit: Int, fromEnd: Bool = false) -> [String] {
        guard let separator else { return splitAtSpace(limit: limit, fromEnd: fromEnd) }
        let (bytes, search) = (Array(utf8), TextSearch(separator))
        // From the end the last of overlapping places count.
        let places =
            fromEnd
            ? TextSearch(String(separator.unicodeScalars.reversed()))
                .places(in: String(unicodeScalars.reversed()), limit: limit)
                .map { bytes.count - $0 - search.part.count }.reversed()
            : search.places(in: bytes, limit: limit)
        var (parts, start): ([String], Int) = ([], 0)
        for place in places {
            parts.append(String(bytes: bytes[start..<place]))
            start = place + search.part.count
        }
        return parts + [String(bytes: bytes[start...])]
    }

    private func splitAtSpace(limit: Int, fromEnd: Bool) -> [String] {
        guard !fromEnd else {
            return String(unicodeScalars.reversed()).splitAtSpace(limit: limit, fromEnd: false)
                .map { String($0.unicodeScalars.reversed()) }.reversed()
        }
        var parts: [String] = []
        var rest = unicodeScalars.drop(while: \.isPythonSpace)
        while !rest.isEmpty {
            let end = parts.count < limit ? rest.firstIndex(where: \.isPythonSpace) : nil
            guard let end else {
                // The last part, cut or not, has no space behind it unless the limit ended the cutting.
                parts.append(String(rest))
                break
            }
            parts.append(String(rest[..<end]))
            rest = rest[end...].drop(while: \.isPythonSpace)
        }
        return parts
    }

    /// Its lines; what ends one is none of it unless kept.
    func lines(keepsEnds: Bool = false) -> [String] {
        var (lines, line): ([String], UnicodeScalarView) = ([], UnicodeScalarView())
        var isBehindReturn = false
        for scalar in unicodeScalars {
            if isBehindReturn {
                isBehindReturn = false
                if scalar == "\n" {
                    if keepsEnds { lines[lines.count - 1].unicodeScalars.append(scalar) }
                    continue
                }
            }
            guard scalar.endsLine else {
                line.append(scalar)
                continue
            }
            if keepsEnds { line.append(scalar) }
            lines.append(String(line))
            line = UnicodeScalarView()
            isBehindReturn = scalar == "\r"
        }
        return line.isEmpty ? lines : lines + [String(line)]
    }

    /// With another text in place of a part, the first times or every time.
    func replacing(_ part: String, with other: String, limit: Int) throws -> String {
        let (bytes, search, new) = (Array(utf8), TextSearch(part), Array(other.utf8))
        let places = search.places(in: bytes, limit: limit)
        try Limit.check(bytes: new.count, times: places.count)
        var (result, start): ([UInt8], Int) = ([], 0)
        for place in places {
            result += bytes[start..<place] + new
            start = place + search.part.count
        }
        return String(bytes: result + bytes[start...])
    }

    /// The number of characters before the first or the last place of a part; nil where it does not occur.
    func place(of part: String, fromEnd: Bool = false) -> Int? {
        let bytes = Array(utf8)
        let places: [Int]
        if fromEnd {
            let last = TextSearch(String(part.unicodeScalars.reversed()))
                .places(in: String(unicodeScalars.reversed()), limit: 1)
            places = last.map { bytes.count - $0 - part.utf8.count }
        } else {
            places = TextSearch(part).places(in: bytes, limit: 1)
        }
        return places.first.map { place in bytes[..<place].count { $0 & 0xC0 != 0x80 } }
    }

    func begins(with part: String) -> Bool { utf8.starts(with: part.utf8) }

    func ends(with part: String) -> Bool { utf8.reversed().starts(with: part.utf8.reversed()) }

    /// Its first letter large, the others small.
    var capitalizedOnce: String {
        guard let first = unicodeScalars.first else { return "" }
        return first.properties.titlecaseMapping + String(unicodeScalars.dropFirst()).lowercased()
    }

    /// The first letter of each run of letters large, the others small.
    var titled: String {
        var (result, isBehindLetter) = ("", false)
        for scalar in unicodeScalars {
            result += isBehindLetter ? scalar.properties.lowercaseMapping : scalar.properties.titlecaseMapping
            isBehindLetter = scalar.properties.isCased
        }
        return result
    }
}

extension Unicode.Scalar {
    /// White space to Python, and so to Jinja.
    var isPythonSpace: Bool { properties.isWhitespace || (0x1C...0x1F).contains(value) }

    /// What Python's `splitlines` cuts at.
    var endsLine: Bool {
        switch value {
        case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
        case _: false
        }
    }
}
