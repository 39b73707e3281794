import Foundation

/// Data as users name it: `FORMAT`, `FORMAT=PATH` or `FORMAT:option=value,option=value`.
public struct DatasetSource: Sendable, Equatable {
    /// The format's identifier.
    public let format: String
    /// The file, where one is named.
    public let path: String?
    /// In the order in which they are written.
    public let options: [Option]

    /// One `name=value`; a name alone has an empty value.
    public struct Option: Sendable, Equatable {
        /// Before the equals sign.
        public let name: String
        /// Behind it.
        public let value: String

        /// `name=value`
        public var text: String { value.isEmpty ? name : "\(name)=\(value)" }
    }

    /// Any text is taken apart; whether its format exists, the catalogue knows.
    public init(_ text: String) {
        let end = text.firstIndex { $0 == "=" || $0 == ":" } ?? text.endIndex
        format = String(text[..<end])
        let rest = String(text[end...].dropFirst())
        guard end < text.endIndex, text[end] == ":" else {
            path = end < text.endIndex ? rest : nil
            options = []
            return
        }
        path = nil
        options = rest.split(separator: ",").map { part in
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return Option(name: String(sides[0]), value: sides.count == 2 ? String(sides[1]) : "")
        }
    }

    /// The file that a format without options of its own reads.
    public func file() throws -> URL {
        if let option = options.first {
            throw DatasetError.badOption(
                dataset: format, option: option.text, expected: "its file, \(format)=PATH")
        }
        guard let path, !path.isEmpty else {
            throw DatasetError.badOption(dataset: format, option: "", expected: "its file, \(format)=PATH")
        }
        return URL(fileURLWithPath: path)
    }

    /// Refuses a file, for a format that makes its documents.
    public func requireNoFile() throws {
        guard let path else { return }
        throw DatasetError.badOption(
            dataset: format, option: "=\(path)", expected: "no file; options stand behind a colon")
    }
}
