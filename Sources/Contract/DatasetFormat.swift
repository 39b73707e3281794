import Foundation

/// A way to get documents: the protocol that a file in Datasets/ conforms to.
public protocol DatasetFormat: Sendable {
    static var card: DatasetCard { get }
    /// The documents, which are read or made when they are wanted.
    /// - Throws: `DatasetError`, in one line with the file and the place in it, here or while they are read
    static func open(_ source: DatasetSource) throws -> DocumentStream
    /// Whether a file is of this format, as far as its beginning tells; no file is, unless a format says so.
    static func recognizes(_ file: FileBeginning) -> Bool
}

extension DatasetFormat {
    public static func recognizes(_ file: FileBeginning) -> Bool { false }
}

/// What a format is, for people.
public struct DatasetCard: Sendable {
    /// As users write it before its file or options: `squad`.
    public let id: String
    /// What it is called: `SQuAD`.
    public let name: String
    /// One sentence.
    public let summary: String
    /// How users name one: `squad=PATH`.
    public let usage: String
    /// Where it is published or described; nil for what is this suite's own.
    public let source: String?
    /// What a file looks like, in a line.
    public let shape: String?
    /// What becomes what: the context, the questions, their answers, the summaries.
    public let reading: String?
    /// Whether it is a way of writing data, not one collection's: proposed only for files that no other format knows.
    public let isGeneral: Bool

    public init(
        id: String, name: String? = nil, summary: String, usage: String, source: String? = nil,
        shape: String? = nil, reading: String? = nil, isGeneral: Bool = false
    ) {
        self.id = id
        self.name = name ?? id
        self.summary = summary
        self.usage = usage
        self.source = source
        self.shape = shape
        self.reading = reading
        self.isGeneral = isGeneral
    }
}
