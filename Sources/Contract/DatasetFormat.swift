import Foundation

/// A way to get documents: the protocol that a file in Datasets/ conforms to.
public protocol DatasetFormat: Sendable {
    static var card: DatasetCard { get }
    /// The documents, which are read or made when they are wanted.
    /// - Throws: `DatasetError`, in one line with the file and the place in it, here or while they are read
    static func open(_ source: DatasetSource) throws -> DocumentStream
}

/// What a format is, for people.
public struct DatasetCard: Sendable {
    /// As users write it before its file or options: `squad`.
    public let id: String
    /// One sentence.
    public let summary: String
    /// How users name one: `squad=PATH`.
    public let usage: String

    public init(id: String, summary: String, usage: String) {
        self.id = id
        self.summary = summary
        self.usage = usage
    }
}
