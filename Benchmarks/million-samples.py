"""Makes a results file of a million samples: every sample of the committed store, 145 times over.

    python Benchmarks/million-samples.py .build/release/picbench million.sqlite

Cells, methods and texts stay those of the store; documents and examples get names of their own, as if
the test set were 145 times as large. No two samples of a cell share an example.
"""

import pathlib
import sqlite3
import subprocess
import sys

TIMES = 145
picbench, output = sys.argv[1:]
pathlib.Path(output).unlink(missing_ok=True)
store = pathlib.Path(__file__).parent.parent / "leaderboard" / "results.sqlite"
# A copy through picbench has today's tables, whichever version wrote the store.
subprocess.run([picbench, "merge", str(store), "-o", output], check=True)

db = sqlite3.connect(output)
db.executescript(f"""
    PRAGMA synchronous = OFF;
    PRAGMA journal_mode = MEMORY;
    BEGIN;
    CREATE TEMP TABLE copy (k INTEGER PRIMARY KEY);
    WITH RECURSIVE n(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM n WHERE k < {TIMES - 1})
        INSERT INTO copy SELECT k FROM n;
    CREATE TEMP TABLE oldSample AS SELECT * FROM sample;
    CREATE TEMP TABLE oldMetric AS SELECT * FROM sampleMetric;
    DELETE FROM sampleMetric;
    DELETE FROM sample;
    INSERT INTO sample (id, cellID, runID, exampleID, documentID, question, prediction, "references",
            contextTokens, keptPositions, keptBytes, outputTokens, contextID, keptTextID)
        SELECT id * {TIMES} + k, cellID, runID, exampleID || '-' || k, documentID || '-' || k, question,
            prediction, "references", contextTokens, keptPositions, keptBytes, outputTokens, contextID, keptTextID
        FROM oldSample, copy ORDER BY id, k;
    INSERT INTO sampleMetric (sampleID, metric, value)
        SELECT sampleID * {TIMES} + k, metric, value FROM oldMetric, copy ORDER BY sampleID, k, metric;
    -- The next run works the checksums out again.
    UPDATE cell SET exampleCount = exampleCount * {TIMES}, checksum = NULL;
    COMMIT;
""")
samples, cells = db.execute("SELECT (SELECT count(*) FROM sample), (SELECT count(*) FROM cell)").fetchone()
print(f"{output}: {samples:,} samples in {cells} cells, {pathlib.Path(output).stat().st_size / 1e6:.0f} MB")
