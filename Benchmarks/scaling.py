"""How a grid would scale to many cores, simulated from every parallel job of a real run.

    sudo python3 Benchmarks/scaling.py .build/release/picbench

Everything parallel runs through one function, pb_parallel, as jobs that are cut into pieces; threads claim
pieces by one atomic exchange and no lock is taken. A round of a grid is one such job, whose pieces are batches
and whose kernels stay on their batch's thread; elsewhere, where latency is measured, each kernel is a job.
perf's probes at the function's entry and exit record the outermost jobs: how long each took on one thread, and
how many pieces it had in the same run on 64. On n cores a job takes ceil(pieces / n) / pieces of that time, never
less than its claims one after another, plus the time to start it. Rounds are longer on more cores, 8 batches a
thread. What the run takes besides its jobs is serial.
"""
import argparse
import math
import os
import re
import resource
import subprocess
import sys
import tempfile

from common import GRID, machine, table

# Seconds: to wake spinning threads and see that all are done; of one claim while others claim.
START, CLAIM = 2e-6, 60e-9
# A job with at least as many inside is a round.
KERNELS_OF_A_PASS = 30
# GridRunner.piecesPerRound, a thread.
BATCHES_A_THREAD = 8
CORES = [1, 2, 4, 8, 16, 32, 64]


def record(executable, database, limit, threads):
    """The outermost jobs in order: (seconds, pieces) of kernels, pieces of rounds; seconds between them all."""
    perf = lambda *arguments: subprocess.run(["perf", *arguments], capture_output=True, text=True, check=True)
    forget = lambda: subprocess.run(["perf", "probe", "-q", "-d", "picbench_scaling:*"], capture_output=True)
    forget()
    try:
        perf("probe", "-q", "-x", executable, "picbench_scaling:enter=pb_parallel count=%di:s64 grain=%si:s64")
        perf("probe", "-q", "-x", executable, "picbench_scaling:leave=pb_parallel%return")
        data = database + ".data"
        perf("record", "-q", "-m", "8M", "-o", data, "-e", "picbench_scaling:enter", "-e",
             "picbench_scaling:leave*", *command(executable, database, limit, threads))
        script = perf("script", "-i", data, "-F", "tid,time,event,trace", "--ns")
    finally:
        forget()
    kernels, rounds, between, open_jobs, inner, left, caller = [], [], 0, [], 0, None, None
    for line in script.stdout.splitlines():
        match = re.match(r"\s*(\d+)\s+(\d+\.\d+):\s+picbench_scaling:(enter|leave)\S*\s*(.*)", line)
        # Jobs within a piece are run by the thread that runs the piece.
        caller = caller or (match and match.group(1))
        if not match or match.group(1) != caller:
            continue
        at = float(match.group(2))
        if match.group(3) == "enter":
            count, grain = (int(x) for x in re.findall(r"(?:count|grain)=(-?\d+)", match.group(4)))
            if not open_jobs:
                between += at - (left or at)
            inner = inner + 1 if open_jobs else 0
            open_jobs.append((at, max(1, math.ceil(count / max(1, grain)))))
        elif open_jobs:
            begin, pieces = open_jobs.pop()
            if not open_jobs:
                left = at
                if inner >= KERNELS_OF_A_PASS:
                    rounds.append(pieces)
                else:
                    kernels.append((at - begin, pieces))
    return kernels, rounds, between


def command(executable, database, limit, threads):
    return [executable, *GRID, "--limit", str(limit), "--threads", str(threads), "--db", database]


def jobs(executable, folder, limit):
    """(seconds, pieces) of every kernel; seconds and batches of the rounds; seconds that are serial."""
    def spent():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime
    times = [spent()]
    # The second time everything is finished: what comes before the first job and behind the last.
    for _ in range(2):
        subprocess.run(command(executable, f"{folder}/plain.sqlite", limit, 1), capture_output=True, check=True)
        times.append(spent())
    plain, ends = times[1] - times[0], times[2] - times[1]
    # How long each takes on one thread; how many pieces it has where there are many threads to feed.
    alone, rounds, between = record(executable, f"{folder}/alone.sqlite", limit, 1)
    fed, _, _ = record(executable, f"{folder}/fed.sqlite", limit, CORES[-1])
    if len(alone) != len(fed):
        sys.exit(f"{len(alone)} kernels on one thread, {len(fed)} on {CORES[-1]}; they cannot be matched")
    probe = sorted(seconds for seconds, _ in alone)[len(alone) // 100]
    kernels = [(max(0, a[0] - probe), b[1]) for a, b in zip(alone, fed)]
    serial = ends + max(0, between - probe * len(alone))
    # The rest: the probes of the kernels within would count where the rounds are measured.
    return kernels, plain - serial - sum(seconds for seconds, _ in kernels), sum(rounds), serial


def simulated(kernels, in_rounds, batches, serial, n):
    """Seconds on n cores."""
    total = serial
    for seconds, pieces in kernels:
        shared = max(seconds * math.ceil(pieces / n) / pieces, CLAIM * pieces)
        total += shared + (START if n > 1 else 0) if pieces > 1 else seconds
    left = batches
    while left > 0:
        taken = min(left, BATCHES_A_THREAD * n)
        total += in_rounds * math.ceil(taken / n) / batches
        left -= taken
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("executable")
    parser.add_argument("--limit", type=int, default=200, help="examples a task")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        kernels, in_rounds, batches, serial = jobs(os.path.realpath(options.executable), folder, options.limit)
    in_kernels = sum(seconds for seconds, _ in kernels)
    plain = in_rounds + in_kernels + serial
    rows = []
    for n in CORES:
        total = simulated(kernels, in_rounds, batches, serial, n)
        rows.append([n, f"{total:.2f}", f"{plain / total:.2f}", f"{plain / total / n:.0%}"])
    print(f"{machine()}\n")
    print(f"{batches} batches took {in_rounds:.2f} and {len(kernels):,} kernels outside of them {in_kernels:.2f} "
          f"of {plain:.2f} s; {serial:.2f} s are serial.\n")
    print(table(["cores", "seconds", "speed-up", "of ideal"], rows))


if __name__ == "__main__":
    main()
