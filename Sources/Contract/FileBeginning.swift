/// What a file begins with, for formats to say whether it is theirs.
public struct FileBeginning: Sendable {
    /// Without folders.
    public let name: String
    public let content: Content

    public enum Content: Sendable {
        /// JSON: the path of each member that was seen, `["data", "[]", "title"]`. A list around everything is left
        /// out, so that JSON lines and one list of the same objects are alike: rows.
        case json(members: Set<[String]>, areRows: Bool)
        /// CSV: its columns.
        case table(columns: Set<String>)
        case text
        /// A folder: what is in it.
        case folder(names: Set<String>)
        /// Bytes that no text has.
        case binary
        /// None of these, such as text that is not UTF-8.
        case other
    }

    public init(name: String, content: Content) {
        self.name = name
        self.content = content
    }

    /// Whether it is JSON with all of these members: `data[].paragraphs[].context`; `*` stands for any name.
    public func has(_ paths: String...) -> Bool {
        guard case .json(let members, _) = content else { return false }
        return paths.allSatisfy { path in
            let wanted = path.replacing("[]", with: ".[]").split(separator: ".").map(String.init)
            return wanted.contains("*")
                ? members.contains {
                    $0.count == wanted.count && zip(wanted, $0).allSatisfy { $0 == "*" || $0 == $1 }
                }
                : members.contains(wanted)
        }
    }

    /// Whether it is a table with all of these columns.
    public func hasColumns(_ names: String...) -> Bool {
        guard case .table(let columns) = content else { return false }
        return columns.isSuperset(of: names)
    }
}
