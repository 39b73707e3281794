import Files

/// What others wrote, as Markdown shows it: a results file is foreign input, and its names are no markup.
enum Markdown {
    /// Words of a line.
    static func text(_ text: String) -> String {
        var result = ""
        for character in text.shown {
            switch character {
            case "<": result += "&lt;"
            case "&": result += "&amp;"
            case "\\", "`", "[", "]": result += "\\\(character)"
            case _: result.append(character)
            }
        }
        // What looks like an address becomes a link by itself.
        return result.replacing("://", with: ":\\//").replacing("www.", with: "www\\.")
    }

    /// As it is, between as many marks as it takes.
    static func code(_ text: String) -> String {
        let text = text.shown
        let longest = text.split { $0 != "`" }.map(\.count).max() ?? 0
        let fence = String(repeating: "`", count: longest + 1)
        return longest == 0 ? fence + text + fence : "\(fence) \(text) \(fence)"
    }
}
