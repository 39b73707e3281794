"""How a grid would scale to many cores, simulated from every parallel job of a real run.

    sudo python3 Benchmarks/scaling.py .build/release/picbench

All kernels run through one function, pb_parallel, as jobs that are cut into pieces; threads claim pieces by
one atomic exchange and no lock is taken. perf's probes at its entry and exit record each job: how long it took on
one thread, and how many pieces it had in the same run on 64. On n cores a job takes ceil(pieces / n) / pieces of that
time, never less than its claims one after another, plus the time to start it; what the run takes besides its
jobs is serial.
"""
import argparse
import collections
import math
import os
import re
import resource
import subprocess
import sys
import tempfile

from common import machine, table

RUN = ["run", "--methods", "pic,icae", "--ratios", "4,16,64", "--tasks", "qa,summarization"]
# Seconds: to wake spinning threads and see that all are done; of one claim while others claim.
START, CLAIM = 2e-6, 60e-9
CORES = [1, 2, 4, 8, 16, 32, 64]


def record(executable, folder, limit, threads):
    """(seconds, pieces) of every outermost job, in order."""
    perf = lambda *arguments: subprocess.run(["perf", *arguments], capture_output=True, text=True, check=True)
    forget = lambda: subprocess.run(["perf", "probe", "-q", "-d", "picbench_scaling:*"], capture_output=True)
    forget()
    try:
        perf("probe", "-q", "-x", executable, "picbench_scaling:enter=pb_parallel count=%di:s64 grain=%si:s64")
        perf("probe", "-q", "-x", executable, "picbench_scaling:leave=pb_parallel%return")
        perf("record", "-q", "-m", "8M", "-o", f"{folder}/jobs.data", "-e", "picbench_scaling:enter", "-e",
             "picbench_scaling:leave*", *command(executable, folder, limit, threads))
        script = perf("script", "-i", f"{folder}/jobs.data", "-F", "tid,time,event,trace", "--ns")
    finally:
        forget()
    found, open_jobs, caller = [], [], None
    for line in script.stdout.splitlines():
        match = re.match(r"\s*(\d+)\s+(\d+\.\d+):\s+picbench_scaling:(enter|leave)\S*\s*(.*)", line)
        # Jobs within a piece are run by the thread that runs the piece.
        caller = caller or (match and match.group(1))
        if not match or match.group(1) != caller:
            continue
        at = float(match.group(2))
        if match.group(3) == "enter":
            count, grain = (int(x) for x in re.findall(r"(?:count|grain)=(-?\d+)", match.group(4)))
            open_jobs.append((at, max(1, math.ceil(count / max(1, grain)))))
        elif open_jobs:
            begin, pieces = open_jobs.pop()
            if not open_jobs:
                found.append((at - begin, pieces))
    return found


def command(executable, folder, limit, threads):
    return [executable, *RUN, "--limit", str(limit), "--threads", str(threads), "--db",
            tempfile.mktemp(dir=folder, suffix=".sqlite")]


def jobs(executable, folder, limit):
    """(seconds, pieces) of every job, and the processor's seconds of a run without probes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command(executable, folder, limit, 1), capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    plain = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    # How long each takes on one thread; how many pieces it has where there are many threads to feed.
    alone, fed = record(executable, folder, limit, 1), record(executable, folder, limit, CORES[-1])
    if len(alone) != len(fed):
        sys.exit(f"{len(alone)} jobs on one thread, {len(fed)} on {CORES[-1]}; they cannot be matched")
    probe = sorted(seconds for seconds, _ in alone)[len(alone) // 100]
    return [(max(0, a[0] - probe), b[1]) for a, b in zip(alone, fed)], plain


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("executable")
    parser.add_argument("--limit", type=int, default=200, help="examples a task")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found, plain = jobs(os.path.realpath(options.executable), folder, options.limit)
    parallel = sum(seconds for seconds, _ in found)
    serial = max(0, plain - parallel)
    rows = []
    for n in CORES:
        total = serial + sum(
            max(seconds * math.ceil(pieces / n) / pieces, CLAIM * pieces) + (START if n > 1 else 0)
            if pieces > 1 else seconds for seconds, pieces in found)
        rows.append([n, f"{total:.2f}", f"{plain / total:.2f}", f"{plain / total / n:.0%}"])
    print(f"{machine()}\n")
    print(f"{len(found):,} jobs took {parallel:.2f} of {plain:.2f} s ({parallel / plain:.1%}); "
          f"{serial:.2f} s lie between them.\n")
    print(table(["cores", "seconds", "speed-up", "of ideal"], rows))
    buckets = collections.Counter()
    for seconds, pieces in found:
        buckets[min(1 << (pieces - 1).bit_length(), 1024)] += seconds
    print("\n" + table(["pieces of a job, up to", "share of the time in jobs"],
                       [[size if size < 1024 else "more", f"{buckets[size] / parallel:.1%}"]
                        for size in sorted(buckets)]))


if __name__ == "__main__":
    main()
