import Foundation
import GRDB
import Seeding

extension ResultStore {
    /// Notes what metrics are, for whoever reads the file.
    public func describe(_ metrics: [MetricRecord]) throws {
        try write { db in
            for metric in metrics { try metric.insert(db, onConflict: .replace) }
        }
    }

    /// Stores scored examples of a cell that the run has claimed.
    public func append(samples: [SampleRecord], to cell: Int64, run: Int64) throws {
        try write { db in
            try Self.requireClaim(cell, by: run, db)
            let last = try Int64.fetchOne(db, sql: "SELECT max(id) FROM sample") ?? 0
            try Self.insert(samples, into: cell, run, db)
            var reader = CellReader(db)
            try Self.add(try reader.sumOfSamples(of: cell, after: last), to: cell, db)
        }
    }

    private static func insert(
        _ samples: [SampleRecord], into cell: Int64, _ run: Int64, _ db: Database
    ) throws {
        let insert = try db.cachedStatement(
            sql: """
                INSERT INTO sample (
                    cellID, runID, exampleID, documentID, question, prediction, "references", contextTokens,
                    keptPositions, keptBytes, outputTokens, contextID, keptTextID, keptSpansID, promptID)
                VALUES (
                    ?, ?, CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), ?, ?, ?, ?, ?,
                    ?, ?, ?, ?)
                """)
        let insertMetric = try db.cachedStatement(
            sql: "INSERT INTO sampleMetric (sampleID, metric, value) VALUES (?, ?, ?)")
        let encoder = JSONEncoder()
        // Neighbouring samples share their texts.
        var (contextID, keptID, spansID): (Int64, Int64?, Int64?) = (0, nil, nil)
        var before: SampleRecord?
        for sample in samples {
            if before.map({ ExactText($0.context) }) != ExactText(sample.context) {
                contextID = try StoredText(sample.context).store(db)
            }
            if before?.keptText.map({ ExactText($0) }) != sample.keptText.map({ ExactText($0) }) {
                keptID = try sample.keptText.map { try StoredText($0).store(db) }
            }
            if sample.keptSpans != before?.keptSpans {
                spansID = try sample.keptSpans.map { spans in try StoredText(spans.description).store(db) }
            }
            before = sample
            var promptID: Int64?
            if let prompt = sample.prompt {
                let text = try encoder.encode([prompt.before, prompt.after])
                promptID = try StoredText(String(decoding: text, as: UTF8.self)).store(db)
            }
            let references = String(decoding: try encoder.encode(sample.references), as: UTF8.self)
            let arguments: StatementArguments = [
                cell, run, sample.exampleID.wholeArgument, sample.documentID.wholeArgument,
                sample.question.wholeArgument, sample.prediction.wholeArgument, references,
                sample.contextTokens, sample.keptPositions, sample.keptBytes, sample.outputTokens,
                contextID, keptID, spansID, promptID,
            ]
            try storing(sample.exampleID, of: cell, db) { try insert.execute(arguments: arguments) }
            let id = db.lastInsertedRowID
            for (metric, value) in sample.metrics {
                try insertMetric.execute(arguments: [id, metric, value])
            }
        }
    }

    /// Stores latencies of a cell that the run has claimed.
    public func append(latencies: [LatencyRecord], to cell: Int64, run: Int64) throws {
        try write { db in
            try Self.requireClaim(cell, by: run, db)
            let last = try Int64.fetchOne(db, sql: "SELECT max(id) FROM latency") ?? 0
            let insert = try db.cachedStatement(
                sql: """
                    INSERT INTO latency (
                        cellID, runID, exampleID, contextTokens, keptPositions, keptBytes, compressSeconds,
                        prefillSeconds, decodeSecondsPerToken, outputTokens)
                    VALUES (?, ?, CAST(? AS TEXT), ?, ?, ?, ?, ?, ?, ?)
                    """)
            for l in latencies {
                let arguments: StatementArguments = [
                    cell, run, l.exampleID.wholeArgument, l.contextTokens, l.keptPositions, l.keptBytes,
                    l.compressSeconds, l.prefillSeconds, l.decodeSecondsPerToken, l.outputTokens,
                ]
                try Self.storing(l.exampleID, of: cell, db) { try insert.execute(arguments: arguments) }
            }
            var reader = CellReader(db)
            try Self.add(try reader.sumOfLatencies(of: cell, after: last), to: cell, db)
        }
    }

    /// Says of an example that is there already that it is.
    private static func storing(
        _ example: String, of cell: Int64, _ db: Database, _ body: () throws -> Void
    ) throws {
        do {
            try body()
        } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
            throw ResultsError.alreadyScored(cell: try label(of: cell, db), example: example)
        }
    }

    /// Stores where memory tokens look, of a cell that the run has claimed.
    public func append(attention: MemoryAttentionRecord, to cell: Int64, run: Int64) throws {
        try write { db in
            try Self.requireClaim(cell, by: run, db)
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
            var reader = CellReader(db)
            try Self.add(try reader.sumOfAttention(of: cell), to: cell, db)
        }
    }

    /// Marks a cell that the run has claimed as done, and gives it back; one that lacks examples is refused.
    public func finishCell(_ id: Int64, run: Int64) throws {
        try write { db in
            try Self.requireClaim(id, by: run, db)
            let scored = try Int.fetchOne(
                db, sql: "SELECT count(*) FROM sample WHERE cellID = ?", arguments: [id])
            let expected = try Int.fetchOne(
                db, sql: "SELECT exampleCount FROM cell WHERE id = ?", arguments: [id])
            guard let scored, let expected, scored == expected else {
                throw ResultsError.incomplete(
                    cell: try Self.label(of: id, db), scored: scored ?? 0, expected: expected ?? 0)
            }
            try db.execute(sql: "UPDATE cell SET state = 'done' WHERE id = ?", arguments: [id])
            try db.execute(sql: "DELETE FROM claim WHERE cellID = ?", arguments: [id])
        }
    }

    /// Gives back a cell that the run has claimed, with what was to be scored of it here; it is done where nothing is left.
    public func finishShare(of id: Int64, run: Int64) throws {
        try write { db in
            try Self.requireClaim(id, by: run, db)
            try Self.finishWhole(id, db)
            try db.execute(sql: "DELETE FROM claim WHERE cellID = ?", arguments: [id])
        }
    }

    /// Marks a cell as done that has all of its examples.
    static func finishWhole(_ id: Int64, _ db: Database) throws {
        try db.execute(
            sql: """
                UPDATE cell SET state = 'done', failure = NULL WHERE id = ? AND state <> 'done'
                    AND exampleCount = (SELECT count(*) FROM sample WHERE cellID = cell.id)
                """, arguments: [id])
    }

    /// Marks a cell that the run has claimed as failed, and gives it back; it is tried again on the next run.
    public func failCell(_ id: Int64, run: Int64, reason: String) throws {
        try write { db in
            try Self.requireClaim(id, by: run, db)
            try db.execute(
                sql: "UPDATE cell SET state = 'failed', failure = CAST(? AS TEXT) WHERE id = ?",
                arguments: [reason.wholeArgument, id])
            try db.execute(sql: "DELETE FROM claim WHERE cellID = ?", arguments: [id])
        }
    }
}
