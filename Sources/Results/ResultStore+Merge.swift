import GRDB

/// What a merge did.
public struct MergeReport: Codable, Sendable, Equatable {
    public var cells = 0
    public var samples = 0
    /// Examples of one cell that both files have with different predictions; the first file's stay.
    public var conflicts: [Conflict] = []

    public init() {}

    public struct Conflict: Codable, Sendable, Equatable {
        public var cell: String
        public var examples: Int

        public init(cell: String, examples: Int) {
            self.cell = cell
            self.examples = examples
        }
    }
}

extension ResultStore {
    /// Adds what another results file has and this one lacks: same fingerprints once, runs and hosts
    /// kept. All of it, or nothing where it fails.
    public func merge(_ other: ResultStore) throws -> MergeReport {
        try attached(other.openPath) { db in
            var report = MergeReport()
            // Immediate ones write to the other file as well, and then leave files where they are killed.
            try db.inTransaction(.deferred) {
                report = try Self.merge(db)
                return .commit
            }
            return report
        }
    }

    private static func merge(_ db: Database) throws -> MergeReport {
        func columns(_ table: String, without excluded: Set<String>) throws -> String {
            try db.columns(in: table).map(\.name).filter { !excluded.contains($0) }
                .map { "\"\($0)\"" }.joined(separator: ", ")
        }
        func prefixed(_ columns: String, _ prefix: String) -> String {
            columns.split(separator: ", ").map { "\(prefix).\($0)" }.joined(separator: ", ")
        }
        let run = try columns("run", without: ["id"])
        let cell = try columns("cell", without: ["id"])
        let sample = try columns(
            "sample",
            without: ["id", "cellID", "runID", "contextID", "keptTextID", "keptSpansID", "promptID"])
        let latency = try columns("latency", without: ["id", "cellID", "runID"])
        let training = try columns("training", without: ["id"])
        try db.execute(
            sql: """
                INSERT INTO text (hash, content) SELECT hash, content FROM other.text
                    WHERE hash NOT IN (SELECT hash FROM main.text);
                INSERT OR IGNORE INTO metric SELECT * FROM other.metric;
                INSERT INTO run (\(run)) SELECT \(run) FROM other.run AS o
                    WHERE NOT EXISTS (SELECT 1 FROM main.run AS r
                        WHERE r.startedAt = o.startedAt AND r.host = o.host AND r.command = o.command);
                """)
        var report = MergeReport()
        report.conflicts = try Row.fetchAll(
            db,
            sql: """
                SELECT c.methodID || ' ' || coalesce(c.ratio || 'x', c.positions || ' positions') || ' ' || c.taskID AS cell, count(*) AS examples
                FROM main.cell AS c JOIN main.sample AS s ON s.cellID = c.id
                JOIN other.cell AS oc ON oc.fingerprint = c.fingerprint
                JOIN other.sample AS o ON o.cellID = oc.id AND o.exampleID = s.exampleID
                WHERE o.prediction <> s.prediction GROUP BY c.id ORDER BY c.id
                """
        ).map { MergeReport.Conflict(cell: $0["cell"], examples: $0["examples"]) }
        let lastSample = try Int64.fetchOne(db, sql: "SELECT max(id) FROM main.sample") ?? 0
        try db.execute(
            sql: """
                INSERT INTO cell (\(cell)) SELECT \(cell) FROM other.cell
                    WHERE fingerprint NOT IN (SELECT fingerprint FROM main.cell)
                """)
        report.cells = db.changesCount
        let places = """
            JOIN other.cell AS oc ON oc.id = o.cellID JOIN main.cell AS c ON c.fingerprint = oc.fingerprint
            JOIN other.run AS r2 ON r2.id = o.runID
            JOIN main.run AS r ON r.startedAt = r2.startedAt AND r.host = r2.host AND r.command = r2.command
            """
        try db.execute(
            sql: """
                INSERT INTO sample (cellID, runID, contextID, keptTextID, keptSpansID, promptID, \(sample))
                SELECT c.id, r.id, t.id, k.id, s.id, p.id, \(prefixed(sample, "o")) FROM other.sample AS o \(places)
                JOIN other.text AS t2 ON t2.id = o.contextID JOIN main.text AS t ON t.hash = t2.hash
                LEFT JOIN other.text AS k2 ON k2.id = o.keptTextID LEFT JOIN main.text AS k ON k.hash = k2.hash
                LEFT JOIN other.text AS s2 ON s2.id = o.keptSpansID LEFT JOIN main.text AS s ON s.hash = s2.hash
                LEFT JOIN other.text AS p2 ON p2.id = o.promptID LEFT JOIN main.text AS p ON p.hash = p2.hash
                WHERE NOT EXISTS (
                    SELECT 1 FROM main.sample AS known
                    WHERE known.cellID = c.id AND known.exampleID = o.exampleID)
                """)
        report.samples = db.changesCount
        try db.execute(
            sql: """
                INSERT INTO sampleMetric (sampleID, metric, value)
                SELECT s.id, m.metric, m.value FROM other.sampleMetric AS m
                JOIN other.sample AS o ON o.id = m.sampleID
                JOIN other.cell AS oc ON oc.id = o.cellID JOIN main.cell AS c ON c.fingerprint = oc.fingerprint
                JOIN main.sample AS s ON s.cellID = c.id AND s.exampleID = o.exampleID
                WHERE s.id > \(lastSample);

                INSERT INTO latency (cellID, runID, \(latency))
                SELECT c.id, r.id, \(prefixed(latency, "o")) FROM other.latency AS o \(places)
                WHERE NOT EXISTS (SELECT 1 FROM main.latency AS l WHERE l.cellID = c.id AND l.exampleID = o.exampleID);

                UPDATE cell SET state = 'done', failure = NULL
                WHERE state <> 'done'
                    AND exampleCount = (SELECT count(*) FROM main.sample AS s WHERE s.cellID = cell.id);

                INSERT INTO training (\(training)) SELECT \(training) FROM other.training AS o
                    WHERE NOT EXISTS (SELECT 1 FROM main.training AS t
                        WHERE t.fingerprint = o.fingerprint AND t.startedAt = o.startedAt);
                UPDATE main.training SET finishedAt = o.finishedAt, outputHash = o.outputHash
                    FROM other.training AS o
                    WHERE o.fingerprint = training.fingerprint AND o.startedAt = training.startedAt
                        AND training.finishedAt IS NULL;
                INSERT OR IGNORE INTO trainingPoint (trainingID, step, name, seconds, tokens, value)
                    SELECT t.id, p.step, p.name, p.seconds, p.tokens, p.value FROM other.trainingPoint AS p
                    JOIN other.training AS o ON o.id = p.trainingID
                    JOIN main.training AS t ON t.fingerprint = o.fingerprint AND t.startedAt = o.startedAt;
                """)
        try db.execute(
            sql: """
                INSERT INTO memoryAttention (cellID, memory, bin, mass, documents)
                SELECT c.id, o.memory, o.bin, o.mass, o.documents FROM other.memoryAttention AS o
                JOIN other.cell AS oc ON oc.id = o.cellID
                JOIN main.cell AS c ON c.fingerprint = oc.fingerprint
                WHERE c.id NOT IN (SELECT cellID FROM main.memoryAttention);
                """)
        return report
    }
}
