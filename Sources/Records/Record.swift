/// A value of a data file, and where it stands.
///
/// What is missing is a record too, so that the error about it can name its place.
public struct Record {
    let value: RecordValue?
    let place: Place
    let tally: RecordTally

    init(_ value: RecordValue?, at place: Place, tally: RecordTally) {
        self.value = value
        self.place = place
        self.tally = tally
    }

    /// Unique within the file, by its place alone.
    public var id: String { place.id }

    /// The identifier of what it is a part of, such as the article of a paragraph; nil for what stands alone.
    public var group: String? { place.root.group }

    /// Its place in the list that it is an element of, from 0.
    public var index: Int { if case .element(_, let index) = place { index } else { 0 } }

    /// Whether there is no such value, or null.
    public var isMissing: Bool { value == nil || value == .null }

    /// Whether there is no such member; null is one.
    var isAbsent: Bool { value == nil }

    // MARK: - As what a format expects

    /// A text.
    public func text() throws -> String {
        guard case .text(let text) = value else { throw unexpected("a text") }
        return text
    }

    /// A text, or a number or flag as it is written.
    public func scalar() throws -> String {
        switch value {
        case .text(let text), .number(let text): return text
        case .flag(let flag): return "\(flag)"
        case .list, .object, .null, nil: throw unexpected("a text or a number")
        }
    }

    /// True or false; false where it is missing.
    public func flag() throws -> Bool {
        switch value {
        case nil, .null: return false
        case .flag(let flag): return flag
        default: throw unexpected("true or false")
        }
    }

    /// The elements of a list.
    public func list() throws -> [Record] {
        guard case .list(let elements) = value else { throw unexpected("a list") }
        return elements.enumerated().map {
            Record($0.element, at: .element(place, $0.offset), tally: tally)
        }
    }

    /// The texts of a list, numbers as they are written; one alone may stand without a list.
    public func texts() throws -> [String] {
        guard case .list = value else { return [try scalar()] }
        return try list().map { try $0.scalar() }
    }

    /// Whether it is a list.
    public var isList: Bool { if case .list = value { true } else { false } }

    /// Whether it is an object.
    public var isObject: Bool { if case .object = value { true } else { false } }

    // MARK: - Members of an object

    /// The member of that name; missing where there is none.
    public func member(_ name: String) throws -> Record {
        guard case .object(let members) = value else { throw unexpected("an object") }
        return Record(members[name], at: .member(place, name), tally: tally)
    }

    /// The member of a name, or where it is missing, of another one.
    public func member(_ name: String, or other: String) throws -> Record {
        let first = try member(name)
        let second = try member(other)
        return first.isMissing && !second.isMissing ? second : first
    }

    /// The member at a path of names with points between them, or the one of the whole name: `answers.text`.
    func member(at path: String) throws -> Record {
        let whole = try member(path)
        guard whole.isAbsent, let point = path.firstIndex(of: ".") else { return whole }
        let parent = try member(String(path[..<point]))
        return parent.isMissing ? parent : try parent.member(at: String(path[point...].dropFirst()))
    }

    /// All members of an object, in alphabetical order of their names.
    public func members() throws -> [Record] {
        guard isObject else { throw unexpected("an object") }
        return try names.map { try member($0) }
    }

    /// Names of its members in alphabetical order, for error messages.
    var names: [String] {
        guard case .object(let members) = value else { return [] }
        return members.keys.sorted()
    }

    /// The member of that name, as the function without a name expects it.
    public func text(_ name: String) throws -> String { try member(name).text() }
    public func scalar(_ name: String) throws -> String { try member(name).scalar() }
    public func flag(_ name: String) throws -> Bool { try member(name).flag() }
    public func list(_ name: String) throws -> [Record] { try member(name).list() }
    public func texts(_ name: String) throws -> [String] { try member(name).texts() }

    /// A text that may be missing.
    public func textIfAny(_ name: String) throws -> String? {
        let member = try member(name)
        return member.isMissing ? nil : try member.text()
    }

    /// The identifier that the data gives it, or its place's.
    public func identifier(_ name: String) throws -> String {
        let member = try member(name)
        return member.isMissing ? id : try member.scalar()
    }

    // MARK: - Records in it

    /// What `make` makes of each element of a list; an unsound element is counted and left out.
    public func records<Made>(_ name: String, make: (Record) throws -> Made) throws -> [Made] {
        try list(name).compactMap { try tally.attempt($0, make) }
    }

    /// An error about it.
    public func unexpected(_ expected: String) -> RecordFault {
        let found = value.map { "is \($0.summary)" } ?? "is missing"
        return RecordFault("\(place.text) \(found), expected \(expected)")
    }

    /// An error about it in other words: `has a question without an answer`.
    public func fault(_ reason: String) -> RecordFault { RecordFault("\(place.text) \(reason)") }
}

/// Why a record cannot be used: its place and the reason.
public struct RecordFault: Error {
    let text: String

    init(_ text: String) { self.text = text }
}

extension Record {
    /// Where a value stands in a file.
    indirect enum Place {
        case root(Root)
        case member(Place, String)
        case element(Place, Int)

        /// A row of the file.
        struct Root {
            let id: String
            var group: String?
            /// `line 12`, or a path such as `data[0].paragraphs[3]`; empty for the file itself.
            let label: String
            var isPath = false
        }

        var root: Root {
            switch self {
            case .root(let root): root
            case .member(let parent, _), .element(let parent, _): parent.root
            }
        }

        var id: String {
            switch self {
            case .root(let root): root.id
            case .member(let parent, _): parent.id
            case .element(let parent, let index): "\(parent.id)-\(index)"
            }
        }

        var text: String {
            switch self {
            case .root(let root): root.label.isEmpty ? "the file" : root.label
            case .member(.root(let root), let name):
                root.label.isEmpty ? name : root.label + (root.isPath ? "." : ", ") + name
            case .member(let parent, let name): "\(parent.text).\(name)"
            case .element(let parent, let index): "\(parent.text)[\(index)]"
            }
        }
    }
}
