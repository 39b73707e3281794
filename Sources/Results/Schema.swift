import GRDB

/// The tables of a results file. Migrations are append-only: a released one never changes.
enum Schema {
    /// Marks the file as ours: "pbnc".
    static let applicationID = 0x7062_6e63

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 runs, cells, samples, latencies, trainings") { db in
            try db.execute(sql: "PRAGMA application_id = \(applicationID)")
            try db.execute(
                sql: """
                    CREATE TABLE run (
                        id INTEGER PRIMARY KEY,
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

                    CREATE TABLE cell (
                        id INTEGER PRIMARY KEY,
                        fingerprint TEXT NOT NULL UNIQUE CHECK (length(fingerprint) > 0),
                        state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'failed')),
                        failure TEXT,
                        modelName TEXT NOT NULL,
                        modelHash TEXT NOT NULL,
                        adapterName TEXT,
                        adapterHash TEXT,
                        methodID TEXT NOT NULL,
                        methodName TEXT NOT NULL,
                        family TEXT NOT NULL,
                        role TEXT CHECK (role IN ('upper', 'lower')),
                        isTrained BOOLEAN NOT NULL,
                        isQueryAware BOOLEAN NOT NULL,
                        parameters TEXT NOT NULL CHECK (json_valid(parameters)),
                        taskID TEXT NOT NULL,
                        taskName TEXT NOT NULL,
                        primaryMetric TEXT NOT NULL,
                        metrics TEXT NOT NULL CHECK (json_valid(metrics)),
                        datasetID TEXT NOT NULL,
                        datasetHash TEXT NOT NULL,
                        ratio REAL NOT NULL CHECK (ratio >= 1),
                        seed INTEGER NOT NULL,
                        decoding TEXT NOT NULL CHECK (json_valid(decoding)),
                        exampleCount INTEGER NOT NULL CHECK (exampleCount > 0),
                        CHECK ((adapterName IS NULL) = (adapterHash IS NULL)),
                        CHECK ((failure IS NOT NULL) = (state = 'failed'))
                    );

                    CREATE TABLE text (
                        id INTEGER PRIMARY KEY,
                        hash TEXT NOT NULL UNIQUE,
                        content TEXT NOT NULL
                    );

                    CREATE TABLE sample (
                        id INTEGER PRIMARY KEY,
                        cellID INTEGER NOT NULL REFERENCES cell (id) ON DELETE CASCADE,
                        runID INTEGER NOT NULL REFERENCES run (id),
                        exampleID TEXT NOT NULL,
                        documentID TEXT NOT NULL,
                        question TEXT NOT NULL,
                        prediction TEXT NOT NULL,
                        "references" TEXT NOT NULL CHECK (json_valid("references")),
                        contextTokens INTEGER NOT NULL CHECK (contextTokens >= 0),
                        keptPositions INTEGER NOT NULL CHECK (keptPositions >= 0),
                        keptBytes INTEGER NOT NULL CHECK (keptBytes >= 0),
                        outputTokens INTEGER NOT NULL CHECK (outputTokens >= 0),
                        contextID INTEGER NOT NULL REFERENCES text (id),
                        keptTextID INTEGER REFERENCES text (id),
                        UNIQUE (cellID, exampleID)
                    );

                    CREATE TABLE sampleMetric (
                        sampleID INTEGER NOT NULL REFERENCES sample (id) ON DELETE CASCADE,
                        metric TEXT NOT NULL,
                        value REAL NOT NULL CHECK (value BETWEEN 0 AND 1),
                        PRIMARY KEY (sampleID, metric)
                    ) WITHOUT ROWID;

                    CREATE TABLE latency (
                        id INTEGER PRIMARY KEY,
                        cellID INTEGER NOT NULL REFERENCES cell (id) ON DELETE CASCADE,
                        runID INTEGER NOT NULL REFERENCES run (id),
                        exampleID TEXT NOT NULL,
                        contextTokens INTEGER NOT NULL CHECK (contextTokens >= 0),
                        keptPositions INTEGER NOT NULL CHECK (keptPositions >= 0),
                        keptBytes INTEGER NOT NULL CHECK (keptBytes >= 0),
                        compressSeconds REAL NOT NULL CHECK (compressSeconds >= 0),
                        prefillSeconds REAL NOT NULL CHECK (prefillSeconds >= 0),
                        decodeSecondsPerToken REAL NOT NULL CHECK (decodeSecondsPerToken >= 0),
                        outputTokens INTEGER NOT NULL CHECK (outputTokens >= 0),
                        UNIQUE (cellID, exampleID)
                    );

                    CREATE TABLE training (
                        id INTEGER PRIMARY KEY,
                        fingerprint TEXT NOT NULL,
                        startedAt DATETIME NOT NULL,
                        finishedAt DATETIME,
                        kind TEXT NOT NULL CHECK (kind IN ('base', 'compressor')),
                        name TEXT NOT NULL,
                        methodID TEXT CHECK ((methodID IS NULL) = (kind = 'base')),
                        recipe TEXT NOT NULL CHECK (json_valid(recipe)),
                        outputHash TEXT CHECK ((outputHash IS NULL) = (finishedAt IS NULL)),
                        threads INTEGER NOT NULL CHECK (threads > 0),
                        host TEXT NOT NULL
                    );

                    CREATE TABLE trainingPoint (
                        trainingID INTEGER NOT NULL REFERENCES training (id) ON DELETE CASCADE,
                        step INTEGER NOT NULL CHECK (step > 0),
                        name TEXT NOT NULL,
                        seconds REAL NOT NULL CHECK (seconds >= 0),
                        tokens INTEGER NOT NULL CHECK (tokens >= 0),
                        value REAL NOT NULL,
                        PRIMARY KEY (trainingID, name, step)
                    ) WITHOUT ROWID;
                    """)
        }
        migrator.registerMigration("2 memory attention") { db in
            try db.execute(
                sql: """
                    CREATE TABLE memoryAttention (
                        cellID INTEGER NOT NULL REFERENCES cell (id) ON DELETE CASCADE,
                        memory INTEGER NOT NULL CHECK (memory >= 0),
                        bin INTEGER NOT NULL CHECK (bin >= 0),
                        mass REAL NOT NULL CHECK (mass BETWEEN 0 AND 1),
                        documents INTEGER NOT NULL CHECK (documents > 0),
                        PRIMARY KEY (cellID, memory, bin)
                    ) WITHOUT ROWID;
                    """)
        }
        migrator.registerMigration("3 any budget, any metric, identities, prompts") { db in
            try db.execute(sql: secondEdition)
        }
        migrator.registerMigration("4 checksums, runs told apart, claims") { db in
            try db.execute(sql: checksumsAndClaims)
            try identifyRuns(db)
        }
        return migrator
    }

    /// Applies what a file lacks, while other processes may do so as well.
    static func bringUpToDate(_ queue: DatabaseQueue) throws {
        for left in (0..<migrator.migrations.count).reversed() {
            do {
                return try migrator.migrate(queue)
            } catch let error as DatabaseError
                where left > 0 && [.SQLITE_ERROR, .SQLITE_CONSTRAINT].contains(error.resultCode)
            {
                // Another process was faster with one of them.
                continue
            }
        }
    }
}
