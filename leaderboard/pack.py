"""Packs a results file for a repository: finished cells alone, rows that are alike side by side, gzip.

    python3 leaderboard/pack.py results.sqlite results.sqlite.gz

Of a cell that was scored again, because its method's file changed, the last scoring stays. Samples get other numbers, so
that those about one example follow each other, which takes a quarter off.
"""
import gzip
import pathlib
import shutil
import sqlite3
import sys
import tempfile

source, target = sys.argv[1:]
with tempfile.TemporaryDirectory() as folder:
    copy = pathlib.Path(folder) / "results.sqlite"
    with sqlite3.connect(f"file:{source}?mode=ro", uri=True) as original, sqlite3.connect(copy) as database:
        original.backup(database)
    database = sqlite3.connect(copy, isolation_level=None)
    database.executescript(
        """
        PRAGMA foreign_keys = ON;
        DELETE FROM claim;
        DELETE FROM worker;
        DELETE FROM cell WHERE state <> 'done' OR id NOT IN (
            SELECT max(id) FROM cell WHERE state = 'done' GROUP BY modelHash, adapterHash, methodID, parameters, ratio,
                positions, taskID, datasetID, datasetHash, exampleCount, seed, decoding,
                -- Of several compressors of one method each has a cell.
                CASE WHEN isTrained THEN methodName ELSE '' END);
        DELETE FROM run WHERE id NOT IN (SELECT runID FROM sample UNION SELECT runID FROM latency);
        DELETE FROM text WHERE id NOT IN (SELECT contextID FROM sample
            UNION SELECT keptTextID FROM sample WHERE keptTextID IS NOT NULL
            UNION SELECT keptSpansID FROM sample WHERE keptSpansID IS NOT NULL
            UNION SELECT promptID FROM sample WHERE promptID IS NOT NULL);
        PRAGMA foreign_keys = OFF;
        CREATE TEMP TABLE sampleNumber AS
            SELECT id AS old, row_number() OVER (ORDER BY exampleID, cellID) AS new FROM sample;
        CREATE INDEX temp.sampleOld ON sampleNumber (old);
        -- Through numbers that no row has.
        UPDATE sampleMetric SET sampleID = -(SELECT new FROM sampleNumber WHERE old = sampleID);
        UPDATE sampleMetric SET sampleID = -sampleID;
        UPDATE sample SET id = -(SELECT new FROM sampleNumber WHERE old = id);
        UPDATE sample SET id = -id;
        PRAGMA page_size = 65536;
        PRAGMA journal_mode = DELETE;
        VACUUM;
        """)
    broken = database.execute("PRAGMA foreign_key_check").fetchone()
    if broken:
        sys.exit(f"a row of {broken[0]} refers to nothing; {target} is as it was")
    cells = database.execute("SELECT count(*) FROM cell").fetchone()[0]
    database.close()
    part = pathlib.Path(f"{target}.part")
    with open(copy, "rb") as rows, open(part, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        shutil.copyfileobj(rows, packed)
    part.replace(target)
print(f"{cells} cells in {target}, {pathlib.Path(target).stat().st_size:,} bytes")
