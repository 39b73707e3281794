/// A piece of a template.
struct Token {
    let kind: Kind
    /// Where it begins.
    let position: Position

    enum Kind: Equatable {
        /// What is written as it stands.
        case text(String)
        /// `{{` and `}}`, `{%` and `%}`.
        case beginOutput, endOutput, beginTag, endTag
        case name(String)
        case string(String)
        case integer(Int)
        case float(Double)
        /// An operator, a bracket, a comma.
        case symbol(String)
        case end
    }

    /// For messages.
    var description: String {
        switch kind {
        case .text: "text"
        case .beginOutput: "'{{'"
        case .endOutput: "'}}'"
        case .beginTag: "'{%'"
        case .endTag: "'%}'"
        case .name(let name): "'\(name)'"
        case .string(let text): "the text '\(text.prefix(40))'"
        case .integer(let number): "\(number)"
        case .float(let number): number.pythonText
        case .symbol(let symbol): "'\(symbol)'"
        case .end: "the end of the template"
        }
    }
}
