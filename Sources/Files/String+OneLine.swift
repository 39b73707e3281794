extension String {
    /// Itself as an error shows it: one line, whatever a file's names hold, and not without end.
    package var oneLine: String {
        let text = split(whereSeparator: \.isNewline).joined(separator: " ")
        return text.count > 600 ? text.prefix(600) + "…" : text
    }
}
