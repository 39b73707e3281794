"""Compares two results files sample by sample: outputs, kept positions, context tokens and every score.

    python3 Benchmarks/same-samples.py OLD.sqlite NEW.sqlite

Cells are matched by method, parameters, budget, task, seed and compressor, whatever version wrote them.
Exits with 1 where a sample of OLD that NEW should have is missing or different.
"""

import sqlite3
import sys


def samples(path):
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    columns = {row[1] for row in db.execute("PRAGMA table_info(cell)")}
    budget = "coalesce(ratio || 'x', positions)" if "positions" in columns else "ratio || 'x'"
    metrics = {}
    for sample, metric, value in db.execute("SELECT sampleID, metric, value FROM sampleMetric"):
        metrics.setdefault(sample, {})[metric] = value
    return {
        row[:8]: row[8:-1] + (metrics.get(row[-1], {}),)
        for row in db.execute(
            f"""SELECT methodID, parameters, {budget}, taskID, seed, coalesce(adapterHash, ''), datasetID, exampleID,
                    prediction, sample.documentID, contextTokens, keptPositions, keptBytes, outputTokens, sample.id
                FROM sample JOIN cell ON cell.id = cellID""")
    }


def main(old, new):
    before, after = samples(old), samples(new)
    # Only cells that both have: a file may hold more than was run again.
    cells = {key[:7] for key in after}
    wanted = {key: value for key, value in before.items() if key[:7] in cells}
    missing = [key for key in wanted if key not in after]
    different = [key for key in wanted if key in after and wanted[key] != after[key]]
    print(f"{len({k[:7] for k in wanted})} cells, {len(wanted)} samples: {len(missing)} missing, {len(different)} different")
    for key in (missing + different)[:5]:
        print(key, wanted[key], after.get(key))
    if missing or different or not wanted:
        sys.exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
