"""A grid in parts, as on a cluster: what is lost because parts are not equal, and because each has to start.

    python3 Benchmarks/parts.py .build/release/picbench [--parts 16] [-- WHAT-PICBENCH-RUN-TAKES]

Each part runs alone, on one thread, and is measured in seconds of the processor, which another program beside it
disturbs little. The merged file is compared with that of one run.
"""
import argparse
import pathlib
import resource
import subprocess
import sys
import tempfile

from common import HERE, machine

GRID = ["--methods", "all", "--ratios", "4,16,64", "--limit", "200", "--latency-samples", "0", "--attention-samples", "0"]


def seconds(command):
    """Of the processor, user and system."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr[-1000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("picbench")
    options.add_argument("--parts", type=int, default=16)
    options.add_argument("grid", nargs="*", default=GRID)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="picbench-parts-") as place:
        place = pathlib.Path(place)
        run = [given.picbench, "run", *given.grid, "--threads", "1"]
        whole = seconds([*run, "--db", str(place / "whole.sqlite")])
        # What a start costs: the same command when everything is there already.
        start = seconds([*run, "--db", str(place / "whole.sqlite")])
        files = [str(place / f"part-{i}.sqlite") for i in range(1, given.parts + 1)]
        parts = [
            seconds([*run, "--part", f"{i}/{given.parts}", "--db", file]) for i, file in enumerate(files, start=1)
        ]
        merged = str(place / "merged.sqlite")
        merge = seconds([given.picbench, "merge", *files, "-o", merged])
        print(machine())
        print(f"one run: {whole:.1f} s of the processor, of which {start:.1f} s to start")
        print(f"{given.parts} parts: " + ", ".join(f"{part:.1f}" for part in parts) + f"; merge {merge:.1f} s")
        mean, longest = sum(parts) / len(parts), max(parts)
        print(f"the longest is {longest / mean - 1:.1%} over the mean; all together are {sum(parts) / whole - 1:.1%} over one run")
        # Of what the machines are held for, what is not work of the grid.
        lost = 1 - (whole - start) / (longest * given.parts)
        print(f"lost while {given.parts} machines wait for the longest: {lost:.1%}")
        sys.stdout.flush()
        for old, new in ((str(place / "whole.sqlite"), merged), (merged, str(place / "whole.sqlite"))):
            subprocess.run([sys.executable, str(HERE / "same-samples.py"), old, new], check=True)


if __name__ == "__main__":
    main()
