import GRDB
import Seeding

extension Schema {
    /// Cells have a checksum of their rows, which the next writer works out where it is NULL. Runs are told
    /// apart by an identifier that no other has, and say while they work that they do.
    static let checksumsAndClaims = """
        ALTER TABLE cell ADD COLUMN checksum TEXT;

        CREATE TABLE newRun (
            id INTEGER PRIMARY KEY,
            uuid TEXT NOT NULL UNIQUE DEFAULT (lower(hex(randomblob(16)))),
            startedAt DATETIME NOT NULL,
            finishedAt DATETIME,
            host TEXT NOT NULL,
            cpu TEXT NOT NULL,
            threads INTEGER NOT NULL CHECK (threads > 0),
            os TEXT NOT NULL,
            toolVersion TEXT NOT NULL,
            gitRevision TEXT,
            command TEXT NOT NULL
        );
        INSERT INTO newRun (id, startedAt, finishedAt, host, cpu, threads, os, toolVersion, gitRevision, command)
            SELECT id, startedAt, finishedAt, host, cpu, threads, os, toolVersion, gitRevision, command FROM run;
        DROP TABLE run;
        ALTER TABLE newRun RENAME TO run;

        CREATE TABLE worker (
            runID INTEGER PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
            machine TEXT NOT NULL,
            processID INTEGER NOT NULL,
            processStart INTEGER NOT NULL,
            beat INTEGER NOT NULL DEFAULT 0
        );

        CREATE TABLE claim (
            cellID INTEGER PRIMARY KEY REFERENCES cell (id) ON DELETE CASCADE,
            runID INTEGER NOT NULL REFERENCES worker (runID) ON DELETE CASCADE
        );
        """

    /// Runs of a file have the same identifiers in each of its copies; those of one millisecond, host and
    /// command are numbered.
    static func identifyRuns(_ db: Database) throws {
        let runs = try Row.fetchAll(
            db,
            sql: """
                SELECT id, startedAt || char(31) || host || char(31) || command || char(31) || row_number()
                    OVER (PARTITION BY startedAt, host, command ORDER BY id) AS what FROM run
                """)
        for run in runs {
            let what: String = run["what"]
            try db.execute(
                sql: "UPDATE run SET uuid = ? WHERE id = ?",
                arguments: [String(SHA256.hex(of: what).prefix(32)), run["id"] as Int64])
        }
    }
}
