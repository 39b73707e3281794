"""How a grid would scale to many cores, simulated from every parallel job of a real run.

    sudo python3 Benchmarks/scaling.py .build/release/picbench

All kernels run through one function, pb_parallel, as jobs that are cut into pieces; threads claim pieces by
one atomic exchange and no lock is taken. perf's probes at its entry and exit record each job of a run on one
thread: how long it took and how many pieces it had. On n cores a job takes ceil(pieces / n) / pieces of that
time, never less than its claims one after another, plus the time to start it; what lies between jobs is
serial. The probes' own time is measured and taken off.
"""
import argparse
import collections
import math
import os
import re
import subprocess
import tempfile
import time

from common import machine, table

RUN = ["run", "--methods", "pic,icae", "--ratios", "4,16,64", "--tasks", "qa,summarization"]
# Seconds: to wake spinning threads and see that all are done; of one claim while others claim.
START, CLAIM = 2e-6, 60e-9
CORES = [1, 2, 4, 8, 16, 32, 64]


def jobs(executable, folder, limit):
    """(seconds, pieces) of every outermost job; the run's seconds; probe events."""
    perf = lambda *arguments: subprocess.run(["perf", *arguments], capture_output=True, text=True, check=True)
    command = [executable, *RUN, "--limit", str(limit), "--threads", "1", "--db"]
    begin = time.perf_counter()
    subprocess.run([*command, f"{folder}/plain.sqlite"], capture_output=True, check=True)
    plain = time.perf_counter() - begin
    subprocess.run(["perf", "probe", "-q", "-d", "picbench_scaling:*"], capture_output=True)
    try:
        perf("probe", "-q", "-x", executable, "picbench_scaling:enter=pb_parallel count=%di:s64 grain=%si:s64")
        perf("probe", "-q", "-x", executable, "picbench_scaling:leave=pb_parallel%return")
        perf("record", "-q", "-m", "8M", "-o", f"{folder}/jobs.data", "-e", "picbench_scaling:enter", "-e",
             "picbench_scaling:leave*", *command, f"{folder}/probed.sqlite")
        script = perf("script", "-i", f"{folder}/jobs.data", "-F", "time,event,trace", "--ns")
    finally:
        subprocess.run(["perf", "probe", "-q", "-d", "picbench_scaling:*"], capture_output=True)
    found, open_jobs, events = [], [], 0
    first = last = None
    for line in script.stdout.splitlines():
        match = re.match(r"\s*(\d+\.\d+):\s+picbench_scaling:(enter|leave)\S*\s*(.*)", line)
        if not match:
            continue
        at, events = float(match.group(1)), events + 1
        first, last = first or at, at
        if match.group(2) == "enter":
            count, grain = (int(x) for x in re.findall(r"(?:count|grain)=(-?\d+)", match.group(3)))
            open_jobs.append((at, max(1, math.ceil(count / max(1, grain)))))
        elif open_jobs:
            begin, pieces = open_jobs.pop()
            if not open_jobs:
                found.append((at - begin, pieces))
    return found, plain, events, last - first


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("executable")
    parser.add_argument("--limit", type=int, default=200, help="examples a task")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found, plain, events, probed = jobs(os.path.realpath(options.executable), folder, options.limit)
    parallel = sum(seconds for seconds, _ in found)
    # A job's exit probe falls between jobs, its entry probe too.
    serial = max(0, plain - parallel)
    rows = []
    for n in CORES:
        total = serial + sum(
            max(seconds * math.ceil(pieces / n) / pieces, CLAIM * pieces) + (START if n > 1 else 0)
            if pieces > 1 else seconds for seconds, pieces in found)
        rows.append([n, f"{total:.2f}", f"{plain / total:.2f}", f"{plain / total / n:.0%}"])
    print(f"{machine()}\n")
    print(f"{len(found):,} jobs took {parallel:.2f} of {plain:.2f} s ({parallel / plain:.1%}); "
          f"{serial:.2f} s lie between them. The run with probes took {probed:.2f} s.\n")
    print(table(["cores", "seconds", "speed-up", "of ideal"], rows))
    buckets = collections.Counter()
    for seconds, pieces in found:
        buckets[min(1 << (pieces - 1).bit_length(), 1024)] += seconds
    print("\n" + table(["pieces of a job, up to", "share of the time in jobs"],
                       [[size if size < 1024 else "more", f"{buckets[size] / parallel:.1%}"]
                        for size in sorted(buckets)]))


if __name__ == "__main__":
    main()
