extension String {
    /// Itself as an error shows it: one line, whatever a file's names hold, and not without end.
    package var oneLine: String {
        let text = shown
        return text.count > 600 ? text.prefix(600) + "…" : text
    }

    /// Itself as a terminal or a table shows it beside other words: on one line, and without characters that move a
    /// cursor, colour what follows, or turn its direction around.
    package var shown: String {
        if utf8.allSatisfy({ 0x20..<0x7f ~= $0 }) { return self }
        let line = split(whereSeparator: \.isNewline).joined(separator: " ")
        var result = UnicodeScalarView()
        for scalar in line.unicodeScalars {
            switch scalar {
            case "\t": result.append(" ")
            case "\u{61c}", "\u{200e}", "\u{200f}", "\u{202a}"..."\u{202e}", "\u{2066}"..."\u{2069}":
                result.append("\u{fffd}")
            case _: result.append(scalar.properties.generalCategory == .control ? "\u{fffd}" : scalar)
            }
        }
        return String(result)
    }
}
