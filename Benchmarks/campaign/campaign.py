"""A thousand bad days: kills, damaged files, hostile results, full disks. What may never happen is counted.

    python3 Benchmarks/campaign/campaign.py .build/release/picbench            # a minute and a half, as in .ci/run
    python3 Benchmarks/campaign/campaign.py .build/release/picbench --long     # half an hour or more; Docs/reliability.md has its figures

Every case is drawn from --seed. Exits with 1 where anything was lost, doubled, wrong without a word, trapped or hung.
"""
import argparse
import pathlib
import random
import sys
import tempfile
import time

import hostile
import kills
import mutations
import resources
from programs import Program, Tally

SHORT = {"kills": 6, "writers": 1, "trainings": 2, "replacements": 4, "mutations": 120, "stores": 6, "resources": 1}
LONG = {"kills": 220, "writers": 20, "trainings": 60, "replacements": 120, "mutations": 10_000, "stores": 200,
        "resources": 3}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("executable")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=list(SHORT), choices=list(SHORT))
    options = parser.parse_args()
    counts = LONG if options.long else SHORT
    tally = Tally()
    parts = {
        "kills": kills.of_runs, "writers": kills.of_writers, "trainings": kills.of_trainings,
        "replacements": kills.of_replacements, "mutations": mutations.of_files, "stores": hostile.stores,
        "resources": resources.cases,
    }
    with tempfile.TemporaryDirectory(prefix="picbench-campaign-") as folder:
        program = Program(options.executable, pathlib.Path(folder), tally)
        for name in options.only:
            begun = time.monotonic()
            place = pathlib.Path(folder) / name
            place.mkdir()
            done = parts[name](program, place, counts[name], random.Random(f"{options.seed} {name}"))
            print(f"{name}: {done} in {time.monotonic() - begun:.0f} s", flush=True)
    print(tally.line)
    sys.exit(1 if tally.faults else 0)


if __name__ == "__main__":
    main()
