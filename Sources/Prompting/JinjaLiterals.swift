/// The quoted texts of a Jinja template.
enum JinjaLiterals {
    static func of(_ template: String) -> [String] {
        var result: [String] = []
        var literal: String?
        var quote: Character = "'"
        var isEscaped = false
        var isExpression = false
        var previous: Character?
        for character in template {
            if var text = literal {
                if isEscaped {
                    text.append(character == "n" ? "\n" : character == "t" ? "\t" : character)
                    isEscaped = false
                    literal = text
                } else if character == "\\" {
                    isEscaped = true
                } else if character == quote {
                    result.append(text)
                    literal = nil
                } else {
                    text.append(character)
                    literal = text
                }
            } else if isExpression, character == "'" || character == "\"" {
                literal = ""
                quote = character
            } else if previous == "{", character == "{" || character == "%" {
                isExpression = true
            } else if character == "}", previous == "}" || previous == "%" {
                isExpression = false
            }
            previous = character
        }
        return result
    }
}
