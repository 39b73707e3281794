import Foundation
import GRDB
import Seeding

extension ResultStore {
    /// - Returns: the run's identifier
    public func beginRun(_ run: RunRecord) throws -> Int64 {
        try write { db in
            try run.insert(db)
            return db.lastInsertedRowID
        }
    }

    public func finishRun(_ id: Int64) throws {
        try write {
            try $0.execute(sql: "UPDATE run SET finishedAt = ? WHERE id = ?", arguments: [Date(), id])
        }
    }

    /// Notes what metrics are, for whoever reads the file.
    public func describe(_ metrics: [MetricRecord]) throws {
        try write { db in
            for metric in metrics { try metric.insert(db, onConflict: .replace) }
        }
    }

    /// Finds or makes the cell with the record's fingerprint. A failed one is open again.
    /// - Parameter force: whether what is stored of it is removed first
    public func openCell(_ cell: CellRecord, force: Bool = false) throws -> OpenCell {
        try write { db in
            let known = try Row.fetchOne(
                db, sql: "SELECT id, state FROM cell WHERE fingerprint = ?", arguments: [cell.fingerprint])
            guard let known else {
                try cell.insert(db)
                return OpenCell(
                    id: db.lastInsertedRowID, isDone: false, scored: [], hasLatency: false,
                    hasAttention: false)
            }
            let id: Int64 = known["id"]
            let isDone = known["state"] == "done" && !force
            if force {
                try db.execute(sql: "DELETE FROM sample WHERE cellID = ?", arguments: [id])
                try db.execute(sql: "DELETE FROM latency WHERE cellID = ?", arguments: [id])
                try db.execute(sql: "DELETE FROM memoryAttention WHERE cellID = ?", arguments: [id])
            }
            if !isDone {
                try db.execute(
                    sql: "UPDATE cell SET state = 'open', failure = NULL WHERE id = ?", arguments: [id])
            }
            func has(_ table: String) throws -> Bool {
                try Bool.fetchOne(
                    db, sql: "SELECT EXISTS (SELECT 1 FROM \(table) WHERE cellID = ?)", arguments: [id])
                    ?? false
            }
            return OpenCell(
                id: id, isDone: isDone,
                scored: try String.fetchSet(
                    db, sql: "SELECT exampleID FROM sample WHERE cellID = ?", arguments: [id]),
                hasLatency: try has("latency"), hasAttention: try has("memoryAttention"))
        }
    }

    public func append(samples: [SampleRecord], to cell: Int64, run: Int64) throws {
        try write { db in
            let insert = try db.cachedStatement(
                sql: """
                    INSERT INTO sample (
                        cellID, runID, exampleID, documentID, question, prediction, "references", contextTokens,
                        keptPositions, keptBytes, outputTokens, contextID, keptTextID, keptSpansID, promptID)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """)
            let insertMetric = try db.cachedStatement(
                sql: "INSERT INTO sampleMetric (sampleID, metric, value) VALUES (?, ?, ?)")
            let encoder = JSONEncoder()
            // Neighbouring samples share their texts.
            var (contextID, keptID, spansID): (Int64, Int64?, Int64?) = (0, nil, nil)
            var before: SampleRecord?
            for sample in samples {
                if sample.context != before?.context {
                    contextID = try Self.textID(sample.context, db)
                }
                if sample.keptText != before?.keptText {
                    keptID = try sample.keptText.map { try Self.textID($0, db) }
                }
                if sample.keptSpans != before?.keptSpans {
                    spansID = try sample.keptSpans.map { try Self.textID("\($0)", db) }
                }
                before = sample
                let promptID = try sample.prompt.map { prompt in
                    let text = [prompt.before, prompt.after]
                    return try Self.textID(String(decoding: encoder.encode(text), as: UTF8.self), db)
                }
                let references = String(decoding: try encoder.encode(sample.references), as: UTF8.self)
                try insert.execute(arguments: [
                    cell, run, sample.exampleID, sample.documentID, sample.question, sample.prediction,
                    references,
                    sample.contextTokens, sample.keptPositions, sample.keptBytes, sample.outputTokens,
                    contextID, keptID, spansID, promptID,
                ])
                let id = db.lastInsertedRowID
                for (metric, value) in sample.metrics {
                    try insertMetric.execute(arguments: [id, metric, value])
                }
            }
        }
    }

    /// Each text is stored once, however many samples share it.
    private static func textID(_ text: String, _ db: Database) throws -> Int64 {
        let hash = SHA256.hex(of: text)
        let find = try db.cachedStatement(sql: "SELECT id FROM text WHERE hash = ?")
        if let id = try Int64.fetchOne(find, arguments: [hash]) { return id }
        try db.cachedStatement(sql: "INSERT INTO text (hash, content) VALUES (?, ?)").execute(arguments: [
            hash, text,
        ])
        return db.lastInsertedRowID
    }

    public func append(latencies: [LatencyRecord], to cell: Int64, run: Int64) throws {
        try write { db in
            for l in latencies {
                try db.execute(
                    sql: """
                        INSERT INTO latency (
                            cellID, runID, exampleID, contextTokens, keptPositions, keptBytes, compressSeconds,
                            prefillSeconds, decodeSecondsPerToken, outputTokens)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        cell, run, l.exampleID, l.contextTokens, l.keptPositions, l.keptBytes,
                        l.compressSeconds,
                        l.prefillSeconds, l.decodeSecondsPerToken, l.outputTokens,
                    ])
            }
        }
    }

    public func append(attention: MemoryAttentionRecord, to cell: Int64) throws {
        try write { db in
            // Thousands of numbers in one statement.
            try db.execute(
                sql: """
                    INSERT INTO memoryAttention (cellID, memory, bin, mass, documents)
                    SELECT ?, row.key, bin.key, bin.value, ? FROM json_each(?) AS row, json_each(row.value) AS bin
                    """,
                arguments: [
                    cell, attention.documents,
                    String(decoding: try JSONEncoder().encode(attention.mass), as: UTF8.self),
                ])
        }
    }

    /// Marks a cell as done; one that lacks examples is refused.
    public func finishCell(_ id: Int64) throws {
        try write { db in
            let counts = try Row.fetchOne(
                db,
                sql: """
                    SELECT methodID || ' ' || coalesce(ratio || 'x', positions || ' positions') || ' ' || taskID AS name,
                        exampleCount,
                        (SELECT count(*) FROM sample WHERE cellID = cell.id) AS scored
                    FROM cell WHERE id = ?
                    """, arguments: [id])
            let scored: Int = counts?["scored"] ?? 0
            let expected: Int = counts?["exampleCount"] ?? 1
            guard scored == expected else {
                throw ResultsError.incomplete(
                    cell: counts?["name"] ?? "cell \(id)", scored: scored, expected: expected)
            }
            try db.execute(sql: "UPDATE cell SET state = 'done' WHERE id = ?", arguments: [id])
        }
    }

    /// Marks a cell as failed; it is tried again on the next run.
    public func failCell(_ id: Int64, reason: String) throws {
        try write {
            try $0.execute(
                sql: "UPDATE cell SET state = 'failed', failure = ? WHERE id = ?", arguments: [reason, id])
        }
    }
}
