/// Documents with a name, in memory: what tasks see.
public struct Dataset: Sendable {
    /// As users wrote it, without folders: `squad:dev-v1.1.json`.
    public let id: String
    /// In the order of the data.
    public let documents: [Document]
    /// What a user should know of how they were read, a line each, such as the number of rows left out.
    public let remarks: [String]

    public init(id: String, documents: [Document], remarks: [String] = []) {
        self.id = id
        self.documents = documents
        self.remarks = remarks
    }
}
