/// What is wrong with a template, or with it and what it was rendered on, in one line.
public struct TemplateError: Error, Equatable, CustomStringConvertible {
    public let position: Position
    public let fault: Fault

    public var description: String {
        // What the template says may have lines, and may be long.
        let text = "\(fault)".lines().joined(separator: " ")
        return "\(position): \(text.prefix(400))\(text.count > 400 ? "…" : "")"
    }
}

/// What is wrong, without its place.
public enum Fault: Error, Equatable, CustomStringConvertible {
    /// It is no Jinja.
    case syntax(found: String, expected: String)
    /// It is Jinja, or was meant to be, but not of what chat templates are known to use.
    case unsupported(kind: String, name: String)
    /// A value that there is not was used.
    case undefined(String)
    /// An operation on a value that it is not for.
    case unsuitable(String)
    /// The template itself refuses the conversation, with `raise_exception`.
    case raised(String)
    /// It would take too much of something.
    case limit(String)

    public var description: String {
        switch self {
        case .syntax(let found, let expected): "found \(found), expected \(expected)"
        case .unsupported(let kind, let name): "the \(kind) '\(name)' is not known"
        case .undefined(let name): "\(name) is undefined"
        case .unsuitable(let text): text
        case .raised(let message): "the template refuses this conversation: \(message)"
        case .limit(let what): "it \(what)"
        }
    }
}
