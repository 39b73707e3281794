import GRDB

extension ResultStore {
    /// Inserts a cell, with the checksum of its row.
    /// - Returns: its identifier
    static func insert(_ cell: CellRecord, _ db: Database) throws -> Int64 {
        try cell.insert(db)
        let id = db.lastInsertedRowID
        var reader = CellReader(db)
        try set(try reader.sumOfRow(of: id), of: id, db)
        return id
    }

    /// Removes what was measured of a cell; it is open again.
    static func empty(_ id: Int64, _ db: Database) throws {
        for table in ["sample", "latency", "memoryAttention"] {
            try db.execute(sql: "DELETE FROM \(table) WHERE cellID = ?", arguments: [id])
        }
        try db.execute(sql: "UPDATE cell SET state = 'open', failure = NULL WHERE id = ?", arguments: [id])
        var reader = CellReader(db)
        try set(try reader.sumOfRow(of: id), of: id, db)
    }

    /// Adds rows that were just stored to a cell's checksum, in the transaction that stored them.
    static func add(_ rows: RowSum, to id: Int64, _ db: Database) throws {
        if let known = try checksum(of: id, db) { try set(known + rows, of: id, db) }
    }

    private static func checksum(of id: Int64, _ db: Database) throws -> RowSum? {
        try String.fetchOne(
            db.cachedStatement(sql: "SELECT checksum FROM cell WHERE id = ?"), arguments: [id]
        ).flatMap(RowSum.init)
    }

    static func set(_ checksum: RowSum, of id: Int64, _ db: Database) throws {
        try db.cachedStatement(sql: "UPDATE cell SET checksum = ? WHERE id = ?")
            .execute(arguments: [checksum.text, id])
    }

    /// Whether a cell's rows are those that were stored.
    static func isSound(_ id: Int64, _ db: Database) throws -> Bool {
        var reader = CellReader(db)
        return try checksum(of: id, db) == reader.sum(of: id)
    }

    /// Works out the checksums of cells that have none: an earlier version stored them, or whoever changed
    /// their rows by hand removed it.
    func completeChecksums() throws {
        let sql = "SELECT id FROM cell WHERE checksum IS NULL"
        guard try read({ try Int64.fetchOne($0, sql: sql) }) != nil else { return }
        try write { db in
            var reader = CellReader(db)
            for id in try Int64.fetchAll(db, sql: sql) {
                try Self.set(try reader.sum(of: id), of: id, db)
            }
        }
    }
}
