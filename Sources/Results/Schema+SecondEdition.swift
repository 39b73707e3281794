extension Schema {
    /// From version 1: a budget may be a number of positions, a metric any number, a cell has its identity
    /// and a sample its prompt.
    static let secondEdition = """
        CREATE TABLE metric (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            direction TEXT NOT NULL CHECK (direction IN ('higher', 'lower')),
            low REAL,
            high REAL
        ) WITHOUT ROWID;
        INSERT INTO metric (id, name, direction, low, high) VALUES
            ('em', 'EM', 'higher', 0, 1), ('f1', 'F1', 'higher', 0, 1), ('bleu', 'BLEU', 'higher', 0, 1),
            ('rouge1', 'ROUGE-1', 'higher', 0, 1), ('rouge2', 'ROUGE-2', 'higher', 0, 1),
            ('rougeL', 'ROUGE-L', 'higher', 0, 1),
            ('token_accuracy', 'Token accuracy', 'higher', 0, 1);

        CREATE TABLE newCell (
            id INTEGER PRIMARY KEY,
            fingerprint TEXT NOT NULL UNIQUE CHECK (length(fingerprint) > 0),
            identity TEXT NOT NULL CHECK (json_valid(identity)),
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
            ratio REAL CHECK (ratio >= 1),
            positions INTEGER CHECK (positions > 0),
            seed INTEGER NOT NULL,
            decoding TEXT NOT NULL CHECK (json_valid(decoding)),
            exampleCount INTEGER NOT NULL CHECK (exampleCount > 0),
            CHECK ((ratio IS NULL) <> (positions IS NULL)),
            CHECK ((adapterName IS NULL) = (adapterHash IS NULL)),
            CHECK ((failure IS NOT NULL) = (state = 'failed'))
        );
        INSERT INTO newCell (
            id, fingerprint, identity, state, failure, modelName, modelHash, adapterName, adapterHash, methodID,
            methodName, family, role, isTrained, isQueryAware, parameters, taskID, taskName, primaryMetric,
            metrics, datasetID, datasetHash, ratio, seed, decoding, exampleCount)
        SELECT id, fingerprint,
            json_object(
                'version', 1, 'model', modelHash, 'prepared', adapterHash, 'method', methodID,
                'parameters', json(parameters), 'task', taskID, 'metrics', json(metrics), 'data', datasetHash,
                'dataset', datasetID, 'budget', json_object('ratio', ratio), 'seed', seed,
                'decoding', json(decoding)),
            state, failure, modelName, modelHash, adapterName, adapterHash, methodID, methodName, family, role,
            isTrained, isQueryAware, parameters, taskID, taskName, primaryMetric, metrics, datasetID,
            datasetHash, ratio, seed, decoding, exampleCount
        FROM cell;
        DROP TABLE cell;
        ALTER TABLE newCell RENAME TO cell;

        CREATE TABLE newSampleMetric (
            sampleID INTEGER NOT NULL REFERENCES sample (id) ON DELETE CASCADE,
            metric TEXT NOT NULL,
            value REAL NOT NULL,
            PRIMARY KEY (sampleID, metric)
        ) WITHOUT ROWID;
        INSERT INTO newSampleMetric (sampleID, metric, value) SELECT sampleID, metric, value FROM sampleMetric;
        DROP TABLE sampleMetric;
        ALTER TABLE newSampleMetric RENAME TO sampleMetric;

        ALTER TABLE sample ADD COLUMN keptSpansID INTEGER REFERENCES text (id);
        ALTER TABLE sample ADD COLUMN promptID INTEGER REFERENCES text (id);
        """
}
