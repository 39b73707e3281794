import Foundation
import GRDB

/// What leaderboards are made of, as it is in the store at one moment.
public struct Snapshot: Sendable, Equatable {
    public var cells: [StoredCell]
    public var runs: [RunRecord]
    public var trainings: [TrainingRecord]

    public init(cells: [StoredCell], runs: [RunRecord], trainings: [TrainingRecord]) {
        self.cells = cells
        self.runs = runs
        self.trainings = trainings
    }
}

/// A cell with its scores, without the texts.
public struct StoredCell: Sendable, Equatable {
    public enum State: String, Codable, Sendable {
        case open, done, failed
    }

    public var id: Int64
    public var record: CellRecord
    public var state: State
    public var failure: String?
    /// The runs that its samples and latencies come from.
    public var runs: [Int64]
    public var scores: [Score]
    public var latencies: [LatencyRecord]
    /// Nil for methods without memory tokens, and where it was not measured.
    public var attention: MemoryAttentionRecord?

    public init(
        id: Int64, record: CellRecord, state: State, failure: String?, runs: [Int64], scores: [Score],
        latencies: [LatencyRecord], attention: MemoryAttentionRecord? = nil
    ) {
        self.id = id
        self.record = record
        self.state = state
        self.failure = failure
        self.runs = runs
        self.scores = scores
        self.latencies = latencies
        self.attention = attention
    }

    /// What was measured of one example.
    public struct Score: Sendable, Equatable {
        public var exampleID: String
        public var documentID: String
        public var contextTokens: Int
        public var keptPositions: Int
        public var keptBytes: Int
        /// In the order of the cell's metrics.
        public var values: [Double]

        public init(
            exampleID: String, documentID: String, contextTokens: Int, keptPositions: Int, keptBytes: Int,
            values: [Double]
        ) {
            self.exampleID = exampleID
            self.documentID = documentID
            self.contextTokens = contextTokens
            self.keptPositions = keptPositions
            self.keptBytes = keptBytes
            self.values = values
        }
    }
}

extension ResultStore {
    /// - Parameter only: cells by their identifiers; nil for all
    public func snapshot(only: Set<Int64>? = nil) throws -> Snapshot {
        try read { db in
            var cells: [StoredCell] = []
            for row in try Row.fetchAll(db, sql: "SELECT * FROM cell ORDER BY id") {
                let id: Int64 = row["id"]
                if let only, !only.contains(id) { continue }
                let record = try CellRecord(row: row)
                cells.append(
                    StoredCell(
                        id: id, record: record, state: StoredCell.State(rawValue: row["state"]) ?? .open,
                        failure: row["failure"],
                        runs: try Int64.fetchAll(
                            db,
                            sql: """
                                SELECT runID FROM sample WHERE cellID = ?1
                                UNION SELECT runID FROM latency WHERE cellID = ?1 ORDER BY runID
                                """, arguments: [id]),
                        scores: try Self.scores(of: id, metrics: record.metrics, db),
                        latencies: try LatencyRecord.fetchAll(
                            db, sql: "SELECT * FROM latency WHERE cellID = ? ORDER BY id", arguments: [id]),
                        attention: try Self.attention(of: id, db)))
            }
            return Snapshot(
                cells: cells, runs: try RunRecord.order(Column("id")).fetchAll(db),
                trainings: try TrainingRecord.order(Column("id")).fetchAll(db))
        }
    }

    private static func scores(of cell: Int64, metrics: [String], _ db: Database) throws -> [StoredCell.Score]
    {
        var scores: [StoredCell.Score] = []
        var last: Int64?
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT sample.id, exampleID, documentID, contextTokens, keptPositions, keptBytes, metric, value
                FROM sample LEFT JOIN sampleMetric ON sampleID = sample.id
                WHERE cellID = ? ORDER BY sample.id
                """, arguments: [cell])
        while let row = try rows.next() {
            if last != row[0] {
                last = row[0]
                scores.append(
                    StoredCell.Score(
                        exampleID: row[1], documentID: row[2], contextTokens: row[3], keptPositions: row[4],
                        keptBytes: row[5], values: metrics.map { _ in .nan }))
            }
            if let metric: String = row[6], let place = metrics.firstIndex(of: metric) {
                scores[scores.count - 1].values[place] = row[7]
            }
        }
        return scores
    }

    private static func attention(of cell: Int64, _ db: Database) throws -> MemoryAttentionRecord? {
        // A file that an older version wrote, opened to read, does not have the table.
        guard try db.tableExists("memoryAttention") else { return nil }
        var record: MemoryAttentionRecord?
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT memory, mass, documents FROM memoryAttention WHERE cellID = ? ORDER BY memory, bin
                """, arguments: [cell])
        while let row = try rows.next() {
            var found = record ?? MemoryAttentionRecord(mass: [], documents: row[2])
            if row[0] == found.mass.count { found.mass.append([]) }
            found.mass[found.mass.count - 1].append(row[1])
            record = found
        }
        return record
    }

    public func runs() throws -> [RunRecord] {
        try read { try RunRecord.order(Column("id")).fetchAll($0) }
    }

    public func trainings() throws -> [TrainingRecord] {
        try read { try TrainingRecord.order(Column("id")).fetchAll($0) }
    }

    /// Every sample with its cell's identifier, one at a time.
    public func forEachSample(_ body: (Int64, SampleRecord) throws -> Void) throws {
        try read { db in
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT sample.*, context.content AS context, kept.content AS keptText,
                        (SELECT json_group_object(metric, value) FROM sampleMetric WHERE sampleID = sample.id)
                            AS metrics
                    FROM sample
                    JOIN text AS context ON context.id = contextID
                    LEFT JOIN text AS kept ON kept.id = keptTextID
                    ORDER BY cellID, sample.id
                    """)
            while let row = try rows.next() { try body(row["cellID"], SampleRecord(row: row)) }
        }
    }
}

extension SampleRecord: FetchableRecord {}
