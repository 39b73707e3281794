/// Where the records of a JSON file stand: `data[].paragraphs[]`, `[]`, `{}` for the members of an object.
struct RecordPath {
    enum Step: Equatable {
        /// The member of that name.
        case member(String)
        /// Each element of a list.
        case elements
        /// Each member of an object.
        case members
    }

    let steps: [Step]

    init(_ text: String) {
        steps = text.split(separator: ".").flatMap { part -> [Step] in
            let name = part.prefix { $0 != "[" && $0 != "{" }
            let ending: [Step] = part.hasSuffix("[]") ? [.elements] : part.hasSuffix("{}") ? [.members] : []
            return (name.isEmpty ? [] : [.member(String(name))]) + ending
        }
    }
}
