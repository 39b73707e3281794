/// Documents with a name, read or made when they are wanted: what a data format opens.
///
/// Nothing is read before `reader()` is called, and each reader starts at the first document.
public struct DocumentStream: Sendable {
    /// As users wrote it, without folders: `squad:dev-v1.1.json`.
    public let id: String
    /// The number of documents; nil where only reading tells.
    public let count: Int?
    /// Whether documents are drawn independently of each other, so that the first are as good a random sample as
    /// any others and the rest need not be made.
    public let isShuffled: Bool
    private let open: @Sendable () throws -> any DocumentReader

    /// - Parameter open: starts at the first document each time
    public init(
        id: String, count: Int? = nil, isShuffled: Bool = false,
        open: @escaping @Sendable () throws -> any DocumentReader
    ) {
        self.id = id
        self.count = count
        self.isShuffled = isShuffled
        self.open = open
    }

    /// Documents that are in memory already.
    public init(id: String, documents: [Document]) {
        self.init(id: id, count: documents.count) { ListedDocuments(documents[...]) }
    }

    /// A pass over the documents from the first on.
    public func reader() throws -> any DocumentReader { try open() }

    /// All of them in memory.
    public func dataset() throws -> Dataset {
        var reader = try reader()
        var documents: [Document] = []
        while let document = try reader.next() { documents.append(document) }
        return Dataset(id: id, documents: documents, remarks: reader.remarks)
    }
}

/// One pass over documents; it holds one at a time.
public protocol DocumentReader {
    /// The next document in the order of the data; nil behind the last.
    /// - Throws: `DatasetError` where the data is unsound; a reader that has thrown is not asked again
    mutating func next() throws -> Document?
    /// What a user should know of what was read so far, a line each; complete behind the last document.
    var remarks: [String] { get }
}

extension DocumentReader {
    public var remarks: [String] { [] }
}

private struct ListedDocuments: DocumentReader {
    private var left: ArraySlice<Document>

    init(_ documents: ArraySlice<Document>) { left = documents }

    mutating func next() -> Document? { left.popFirst() }
}
