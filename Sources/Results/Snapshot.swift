import Foundation
import GRDB

/// What leaderboards are made of, as it is in the store at one moment.
public struct Snapshot: Sendable, Equatable {
    public var cells: [StoredCell]
    public var runs: [RunRecord]
    public var trainings: [TrainingRecord]
    /// By their identifiers.
    public var metrics: [String: MetricRecord]
    /// Cells that are left out, since their rows are not those that were stored.
    public var doubts: [Doubt]
    /// What is damaged in the file; nil for nothing.
    public var damage: String?

    public init(
        cells: [StoredCell], runs: [RunRecord], trainings: [TrainingRecord],
        metrics: [String: MetricRecord] = [:], doubts: [Doubt] = [], damage: String? = nil
    ) {
        self.cells = cells
        self.runs = runs
        self.trainings = trainings
        self.metrics = metrics
        self.doubts = doubts
        self.damage = damage
    }

    /// Says what was left out, when the figures of the rest have been shown.
    /// - Throws: `ResultsError.doubtful`
    public func requireSound(of path: String) throws {
        guard doubts.isEmpty, damage == nil else {
            throw ResultsError.doubtful(path: path, damage: damage, cells: doubts)
        }
    }

    /// What is checked of a file before figures are made of it, besides the checksums of their rows.
    public struct Checks: OptionSet, Sendable {
        public let rawValue: Int

        public init(rawValue: Int) { self.rawValue = rawValue }

        /// All pages of the file, whether anything of them is shown or not.
        public static let pages = Checks(rawValue: 1)
        /// Texts that samples share.
        public static let texts = Checks(rawValue: 2)
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
        /// In the order of the cell's metrics; NaN for one that says nothing of this example.
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
    /// All that figures are made of; cells whose rows are not those that were stored are left out and named.
    /// - Parameters:
    ///   - only: cells by their identifiers; nil for all
    ///   - checks: what is checked besides checksums
    public func snapshot(only: Set<Int64>? = nil, checking checks: Snapshot.Checks = .pages) throws
        -> Snapshot
    {
        // At the same time: both wait for the disk, and the second finds what the first has read.
        let pages = checks.contains(.pages) ? checkPages() : nil
        var snapshot = try read { db in
            var snapshot = Snapshot(
                cells: [], runs: try RunRecord.order(Column("id")).fetchAll(db),
                trainings: try TrainingRecord.order(Column("id")).fetchAll(db),
                metrics: Dictionary(
                    try MetricRecord.fetchAll(db).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }
                ))
            var reader = CellReader(db, checkingTexts: checks.contains(.texts))
            for id in try Self.cellIDs(db) where only?.contains(id) ?? true {
                do {
                    snapshot.cells.append(try reader.cell(id))
                } catch {
                    snapshot.doubts.append(try Self.doubt(of: id, error, &reader))
                }
            }
            return snapshot
        }
        snapshot.damage = pages?.wait()
        return snapshot
    }

    /// What is wrong with one cell, its texts included; nil for nothing.
    public func doubt(of cell: Int64) throws -> Doubt? {
        try read { db in
            var reader = CellReader(db, checkingTexts: true)
            do { _ = try reader.cell(cell) } catch { return try Self.doubt(of: cell, error, &reader) }
            return nil
        }
    }

    /// All cells without what was measured of them; those whose rows cannot be read are named.
    public func cells() throws -> (cells: [StoredCell], doubts: [Doubt]) {
        try read { db in
            var (cells, doubts): ([StoredCell], [Doubt]) = ([], [])
            var reader = CellReader(db)
            for id in try Self.cellIDs(db) {
                do {
                    let header = try reader.header(of: id)
                    cells.append(
                        StoredCell(
                            id: id, record: header.record, state: header.state, failure: header.failure,
                            runs: [], scores: [], latencies: []))
                } catch {
                    doubts.append(try Self.doubt(of: id, error, &reader))
                }
            }
            return (cells, doubts)
        }
    }

    /// Identifiers of all cells, in order; of those on damaged pages as well where an index has them.
    static func cellIDs(_ db: Database) throws -> [Int64] {
        do {
            return try Int64.fetchAll(db, sql: "SELECT id FROM cell NOT INDEXED ORDER BY id")
        } catch let error as DatabaseError where error.isDamage {
            return try Int64.fetchAll(db, sql: "SELECT id FROM cell ORDER BY fingerprint").sorted()
        }
    }

    /// The doubt about a cell that could not be read.
    /// - Throws: what is not the cell's fault
    static func doubt(of cell: Int64, _ error: any Error, _ reader: inout CellReader) throws -> Doubt {
        let fault: CellFault
        switch error {
        case let error as CellFault: fault = error
        case let error as DatabaseError where error.isDamage: fault = .damagedPage
        default: throw error
        }
        return Doubt(cell: cell, name: try? reader.header(of: cell).record.label, reason: fault.reason)
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

extension SampleRecord {
    /// A row that a cursor stands on.
    fileprivate init(row: Row) throws {
        func decoded<Value: Decodable>(_ column: String) throws -> Value? {
            try row.wholeText(column).map { try JSONDecoder().decode(Value.self, from: Data($0.utf8)) }
        }
        func text(_ column: String) throws -> String {
            guard let text = try row.wholeText(column) else { throw CellFault.unreadable }
            return text
        }
        let prompt: [String]? = try decoded("promptTexts")
        self.init(
            exampleID: try text("exampleID"), documentID: try text("documentID"),
            question: try text("question"), prediction: try text("prediction"),
            references: try decoded("references") ?? [], metrics: try decoded("metrics") ?? [:],
            contextTokens: try row.decode(forColumn: "contextTokens"),
            keptPositions: try row.decode(forColumn: "keptPositions"),
            keptBytes: try row.decode(forColumn: "keptBytes"),
            outputTokens: try row.decode(forColumn: "outputTokens"), context: try text("context"),
            keptText: try row.wholeText("keptText"), keptSpans: try decoded("keptSpans"),
            prompt: prompt.flatMap {
                $0.count == 2 ? PromptText(before: $0[0], after: $0[1]) : nil
            })
    }
}
