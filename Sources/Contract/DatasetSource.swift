import Foundation

/// Data as users name it: `FORMAT`, `FORMAT=PATH` or `FORMAT:option=value,option=value`, and how to read it.
public struct DatasetSource: Sendable, Equatable {
    /// As users wrote it.
    public let text: String
    /// The format's identifier.
    public let format: String
    /// The file, where one is named.
    public let path: String?
    /// In the order in which they are written.
    public let options: [Option]
    /// Which column or member of the data is what, for formats that leave it to the user: `context=passage`.
    public var fields: [Option] = []
    /// A file of questions about texts, for formats that take one.
    public var questions: String?
    /// Whether any number of unsound records is left out; otherwise more than 1% of them are an error.
    public var skipsUnsound = false

    /// One `name=value`; a name alone has an empty value.
    public struct Option: Sendable, Equatable {
        /// Before the equals sign.
        public let name: String
        /// Behind it.
        public let value: String

        /// `name=value`
        public var text: String { value.isEmpty ? name : "\(name)=\(value)" }

        /// Several, with commas between them.
        public static func list(_ text: String) -> [Option] {
            text.split(separator: ",").map { part in
                let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                    .map { $0.trimmingCharacters(in: .whitespaces) }
                return Option(name: sides[0], value: sides.count == 2 ? sides[1] : "")
            }
        }
    }

    /// Any text is taken apart; whether its format exists, the catalogue knows.
    public init(_ text: String) {
        self.text = text
        let end = text.firstIndex { $0 == "=" || $0 == ":" } ?? text.endIndex
        format = String(text[..<end])
        let rest = String(text[end...].dropFirst())
        guard end < text.endIndex, text[end] == ":" else {
            path = end < text.endIndex ? rest : nil
            options = []
            return
        }
        path = nil
        options = Option.list(rest)
    }

    /// The file or folder that a format without options of its own reads.
    /// - Parameters:
    ///   - takesFields: whether users may say which column is what
    ///   - takesQuestions: whether there may be a file of questions beside it
    public func file(takesFields: Bool = false, takesQuestions: Bool = false) throws -> URL {
        if let option = options.first {
            throw DatasetError.badOption(
                dataset: format, option: option.text, expected: "its file, \(format)=PATH")
        }
        try require(takesFields: takesFields, takesQuestions: takesQuestions)
        guard let path, !path.isEmpty else {
            throw DatasetError.badOption(dataset: format, option: "", expected: "its file, \(format)=PATH")
        }
        return URL(fileURLWithPath: path)
    }

    /// Refuses a file, for a format that makes its documents.
    public func requireNoFile() throws {
        try require(takesFields: false, takesQuestions: false)
        guard let path else { return }
        throw DatasetError.badOption(
            dataset: format, option: "=\(path)", expected: "no file; options stand behind a colon")
    }

    private func require(takesFields: Bool, takesQuestions: Bool) throws {
        if !takesFields, let field = fields.first {
            throw DatasetError.badOption(
                dataset: format, option: "--fields \(field.text)",
                expected: "no fields: the format says what is what; jsonl and csv take them")
        }
        if !takesQuestions, let questions {
            throw DatasetError.badOption(
                dataset: format, option: "--questions \(questions)",
                expected: "no questions beside it: its records have them; text=PATH takes some")
        }
    }
}
