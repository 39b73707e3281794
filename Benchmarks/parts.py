"""A grid in parts, as on a cluster: what is lost because parts are not equal, and because each has to start.

    python3 Benchmarks/parts.py .build/release/picbench [--parts 16] [--rounds 2] [-- WHAT-PICBENCH-RUN-TAKES]

Each part runs alone, on one thread, --rounds times, and is measured in seconds of the processor, of which the least
counts: another program on the processor's other thread makes it slower for a while. The merged file is compared with
that of one run.
"""
import argparse
import pathlib
import resource
import subprocess
import sys
import tempfile

from common import HERE, machine

GRID = ["--methods", "all", "--ratios", "4,16,64", "--limit", "200", "--latency-samples", "0", "--attention-samples", "0"]


def least(command, file, rounds):
    """Seconds of the processor of a command that makes a results file, which the last round leaves."""
    times = []
    for _ in range(rounds):
        for old in file.parent.glob(file.name + "*"):
            old.unlink()
        times.append(seconds([*command, "--db", str(file)]))
    return min(times)


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
    options.add_argument("--rounds", type=int, default=2)
    own, grid = sys.argv[1:], GRID
    if "--" in own:
        own, grid = own[: own.index("--")], own[own.index("--") + 1 :]
    given = options.parse_args(own)
    with tempfile.TemporaryDirectory(prefix="picbench-parts-") as place:
        place = pathlib.Path(place)
        run = [given.picbench, "run", *grid, "--threads", "1"]
        whole = least(run, place / "whole.sqlite", given.rounds)
        files = [place / f"part-{i}.sqlite" for i in range(1, given.parts + 1)]
        parts = [
            least([*run, "--part", f"{i}/{given.parts}"], file, given.rounds) for i, file in enumerate(files, start=1)
        ]
        # What a start costs: the same command when everything is there already.
        start = seconds([*run, "--part", f"1/{given.parts}", "--db", str(files[0])])
        merged = str(place / "merged.sqlite")
        merge = seconds([given.picbench, "merge", *map(str, files), "-o", merged])
        print(machine())
        print(f"one run: {whole:.1f} s of the processor; a part starts in {start:.1f} s")
        print(f"{given.parts} parts: " + ", ".join(f"{part:.1f}" for part in parts) + f"; merge {merge:.1f} s")
        mean, longest = sum(parts) / len(parts), max(parts)
        print(f"the longest is {longest / mean - 1:.1%} over the mean; all together are {sum(parts) / whole - 1:.1%} over one run")
        # Of what the machines are held for, what is not work of the grid. Of the parts alone: one run is another time, and
        # a shared machine is not as fast at any.
        lost = 1 - (sum(parts) - start * len(parts)) / (longest * len(parts))
        print(f"lost while {given.parts} machines wait for the longest: {lost:.1%}")
        sys.stdout.flush()
        for old, new in ((str(place / "whole.sqlite"), merged), (merged, str(place / "whole.sqlite"))):
            subprocess.run([sys.executable, str(HERE / "same-samples.py"), old, new], check=True)


if __name__ == "__main__":
    main()
