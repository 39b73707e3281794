import GRDB
import Seeding

/// A text that many samples may share.
struct StoredText {
    /// SHA-256 of the content.
    let hash: String
    let content: String

    init(_ content: String) {
        hash = SHA256.hex(of: content)
        self.content = content
    }

    /// Reads one.
    /// - Throws: `CellFault` where it is not what was stored
    init(_ id: Int64, _ db: Database) throws {
        let rows = try Row.fetchCursor(
            db.cachedStatement(sql: "SELECT hash, content FROM text WHERE id = ?"), arguments: [id])
        guard let row = try rows.next(), let hash = try row.wholeText(0),
            let content = try row.wholeText(1), SHA256.hex(of: content) == hash
        else { throw CellFault(reason: "a text of it is not the one that was stored") }
        self.hash = hash
        self.content = content
    }

    /// Finds or adds it: each text is stored once, however many samples share it.
    /// - Returns: its row
    func store(_ db: Database) throws -> Int64 {
        let find = try db.cachedStatement(sql: "SELECT id FROM text WHERE hash = ?")
        if let id = try Int64.fetchOne(find, arguments: [hash]) { return id }
        try db.cachedStatement(sql: "INSERT INTO text (hash, content) VALUES (?, CAST(? AS TEXT))")
            .execute(arguments: [hash, content.wholeArgument])
        return db.lastInsertedRowID
    }
}
