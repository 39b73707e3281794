"""What the harness costs around the model, and how a grid scales from one thread to two.

    python3 Benchmarks/harness.py .build/release/picbench

The default grid (pic and icae at 4x, 16x and 64x with the references, two tasks of 200 examples) on one
and on two threads in turns, its second start with everything finished, `list methods`, store writes; and,
where perf is installed, where the processor's time goes in the README's first command on one thread.
"""
import argparse
import collections
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

from common import GRID, RUN, machine, number, picbench, table, timed

# Frames by the first that matches, from the innermost out: Swift symbols begin with their module.
PARTS = {
    "hashes of files": ("$s14LanguageModels8FileHash",),
    "rows of a pass": ("$s14LanguageModels11RowAssembly", "$s7Reading11ContextRows"),
    "model": ("$s14LanguageModels", "$s7Tensors", "openblas", "C kernels"),
    "tokenizer": ("$s10Tokenizers",),
    "metrics": ("$s7Metrics",),
    "store": ("$s7Results", "$s4GRDB", "sqlite"),
    "data": ("$s8Datasets",),
    "tables": ("$s12Leaderboards",),
}


def grid(executable, folder, threads, name):
    command = [executable, *GRID, "--threads", str(threads), "--db", f"{folder}/{name}.sqlite"]
    seconds, done = timed(lambda: subprocess.run(command, capture_output=True, text=True))
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr}")
    return seconds


def part_of(stack, executable):
    """stack: (symbol, object) from the innermost frame out."""
    for symbol, where in stack:
        # Everything in the executable that is not Swift's is C: the kernels.
        is_c = os.path.basename(executable) in where and not symbol.startswith(("$s", "_start", "main"))
        text = "C kernels" if is_c else symbol + where
        for part, marks in PARTS.items():
            if any(mark in text for mark in marks):
                return part
    return "everything else"


def shares(executable, folder):
    """Samples by part, of a run on one thread."""
    data = f"{folder}/perf.data"
    # Whole stacks: the C library keeps no frame pointers that say who asked it for memory.
    subprocess.run(["perf", "record", "-q", "-o", data, "-F", "199", "--call-graph", "dwarf,8192", executable, *RUN,
                    "--threads", "1", "--db", f"{folder}/perf.sqlite"], capture_output=True, check=True)
    script = subprocess.run(["perf", "script", "-i", data, "-F", "ip,sym,dso", "--no-inline"], capture_output=True,
                            text=True)
    counts = collections.Counter()
    for sample in script.stdout.split("\n\n"):
        frames = [line.split(None, 1)[1].rsplit(" (", 1) for line in sample.splitlines() if " (" in line]
        if frames:
            counts[part_of([(f[0], f[1]) for f in frames], executable)] += 1
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("executable")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    executable = os.path.realpath(options.executable)
    with tempfile.TemporaryDirectory() as folder:
        seconds = {1: [], 2: []}
        for turn in range(options.rounds):
            for threads in seconds:
                seconds[threads].append(grid(executable, folder, threads, f"{turn}-{threads}"))
        one, two = (statistics.median(seconds[n]) for n in (1, 2))
        again = statistics.median(grid(executable, folder, 2, "0-2") for _ in range(5))
        listing = statistics.median(
            timed(lambda: subprocess.run([executable, "list", "methods"], capture_output=True))[0]
            for _ in range(11))
        store = picbench(executable, "store")["perSecond"]
        print(f"{machine()}\n")
        rows = [["default grid, 1 thread", f"{one:.1f} s"], ["default grid, 2 threads", f"{two:.1f} s"],
                ["1 thread ÷ 2 threads", f"{one / two:.2f}"],
                ["the same command again, all finished", f"{again:.2f} s"],
                ["list methods", f"{1000 * listing:.0f} ms"],
                ["samples stored a second", number(store)]]
        if shutil.which("perf"):
            counts = shares(executable, folder)
            total = sum(counts.values())
            for part, count in counts.most_common():
                rows.append([f"{part}, share of the time on 1 thread", f"{count / total:.2%}"])
        print(table(["what", "measured"], rows))


if __name__ == "__main__":
    main()
