import Foundation
import GRDB

/// What leaderboards are made of, as it is in the store at one moment.
public struct Snapshot: Sendable, Equatable {
    public var cells: [StoredCell]
    public var runs: [RunRecord]
    public var trainings: [TrainingRecord]
    /// By their identifiers.
    public var metrics: [String: MetricRecord]

    public init(
        cells: [StoredCell], runs: [RunRecord], trainings: [TrainingRecord],
        metrics: [String: MetricRecord] = [:]
    ) {
        self.cells = cells
        self.runs = runs
        self.trainings = trainings
        self.metrics = metrics
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
            var names = Set<String>()
            for var cell in try Self.cells(db) where only?.contains(cell.id) ?? true {
                cell.latencies = try LatencyRecord.fetchAll(
                    db, sql: "SELECT * FROM latency WHERE cellID = ? ORDER BY id", arguments: [cell.id])
                cell.runs = try Int64.fetchAll(
                    db, sql: "SELECT DISTINCT runID FROM latency WHERE cellID = ?", arguments: [cell.id])
                cell.attention = try Self.attention(of: cell.id, db)
                try Self.addScores(to: &cell, names: &names, db)
                cells.append(cell)
            }
            return Snapshot(
                cells: cells, runs: try RunRecord.order(Column("id")).fetchAll(db),
                trainings: try TrainingRecord.order(Column("id")).fetchAll(db),
                metrics: Dictionary(
                    uniqueKeysWithValues: try MetricRecord.fetchAll(db).map { ($0.id, $0) }))
        }
    }

    /// All cells without what was measured of them.
    public func cells() throws -> [StoredCell] { try read { try Self.cells($0) } }

    private static func cells(_ db: Database) throws -> [StoredCell] {
        try Row.fetchAll(db, sql: "SELECT * FROM cell ORDER BY id").map { row in
            StoredCell(
                id: row["id"], record: try CellRecord(row: row),
                state: StoredCell.State(rawValue: row["state"]) ?? .open, failure: row["failure"], runs: [],
                scores: [], latencies: [])
        }
    }

    /// - Parameter names: identifiers that were met before; a million samples share them
    private static func addScores(to cell: inout StoredCell, names: inout Set<String>, _ db: Database) throws
    {
        let metrics = cell.record.metrics
        var runs = Set(cell.runs)
        var last: Int64?
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT sample.id, exampleID, documentID, contextTokens, keptPositions, keptBytes, metric, value,
                    runID
                FROM sample LEFT JOIN sampleMetric ON sampleID = sample.id
                WHERE cellID = ? ORDER BY sample.id
                """, arguments: [cell.id])
        while let row = try rows.next() {
            let id: Int64 = row[0]
            if last != id {
                last = id
                runs.insert(row[8])
                cell.scores.append(
                    StoredCell.Score(
                        exampleID: names.insert(row[1]).memberAfterInsert,
                        documentID: names.insert(row[2]).memberAfterInsert, contextTokens: row[3],
                        keptPositions: row[4], keptBytes: row[5],
                        values: [Double](repeating: .nan, count: metrics.count)))
            }
            if let metric: String = row[6], let place = metrics.firstIndex(of: metric) {
                cell.scores[cell.scores.count - 1].values[place] = row[7]
            }
        }
        cell.runs = runs.sorted()
    }

    private static func attention(of cell: Int64, _ db: Database) throws -> MemoryAttentionRecord? {
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
        for cell in try read({ try Int64.fetchAll($0, sql: "SELECT id FROM cell ORDER BY id") }) {
            try forEachSample(of: cell) { try body(cell, $0) }
        }
    }

    /// The samples of a cell, one at a time.
    /// - Parameters:
    ///   - metric: worst first by it; nil in the order in which they were scored
    ///   - limit: the most to read; nil for all
    public func forEachSample(
        of cell: Int64, worstFirstBy metric: String? = nil, limit: Int? = nil,
        _ body: (SampleRecord) throws -> Void
    ) throws {
        try read { db in
            // Only identifiers are sorted: texts are read when their turn comes.
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT sample.*, context.content AS context, kept.content AS keptText, spans.content AS keptSpans,
                        prompt.content AS promptTexts,
                        (SELECT json_group_object(metric, value) FROM sampleMetric WHERE sampleID = sample.id)
                            AS metrics
                    FROM (
                        SELECT sample.id AS chosen FROM sample
                        LEFT JOIN sampleMetric AS m ON m.sampleID = sample.id AND m.metric = :metric
                        WHERE cellID = :cell
                        ORDER BY CASE WHEN :metric IS NOT NULL THEN coalesce(m.value, 0)
                            * CASE (SELECT direction FROM metric WHERE id = :metric)
                                WHEN 'lower' THEN -1 ELSE 1 END END,
                            CASE WHEN :metric IS NOT NULL THEN documentID END, sample.id
                        LIMIT :limit)
                    CROSS JOIN sample ON sample.id = chosen
                    JOIN text AS context ON context.id = contextID
                    LEFT JOIN text AS kept ON kept.id = keptTextID
                    LEFT JOIN text AS spans ON spans.id = keptSpansID
                    LEFT JOIN text AS prompt ON prompt.id = promptID
                    """, arguments: ["cell": cell, "metric": metric, "limit": limit ?? -1])
            while let row = try rows.next() { try body(SampleRecord(row: row)) }
        }
    }
}

extension SampleRecord: FetchableRecord {
    public init(row: Row) throws {
        func decoded<Value: Decodable>(_ column: String) throws -> Value? {
            let text: String? = row[column]
            return try text.map { try JSONDecoder().decode(Value.self, from: Data($0.utf8)) }
        }
        let prompt: [String]? = try decoded("promptTexts")
        self.init(
            exampleID: row["exampleID"], documentID: row["documentID"], question: row["question"],
            prediction: row["prediction"], references: try decoded("references") ?? [],
            metrics: try decoded("metrics") ?? [:], contextTokens: row["contextTokens"],
            keptPositions: row["keptPositions"], keptBytes: row["keptBytes"],
            outputTokens: row["outputTokens"], context: row["context"], keptText: row["keptText"],
            keptSpans: try decoded("keptSpans"),
            prompt: prompt.flatMap {
                $0.count == 2 ? PromptText(before: $0[0], after: $0[1]) : nil
            })
    }
}
