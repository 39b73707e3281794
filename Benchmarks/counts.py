"""Instructions that small fixed cases take, against the committed baseline: slower code is seen without a clock.

    python3 Benchmarks/counts.py .build/release/picbench            # fails where a case takes 3% more
    python3 Benchmarks/counts.py .build/release/picbench --update   # writes counts.json anew

A case is run with one repetition and with two, on one thread; the difference is one repetition, without
starting up. valgrind shows programs a processor with AVX2 and without AVX-512, whatever the real one is, so
that counts made on different machines compare. They do not where the compiler or a library differs, or on a
processor without AVX2: then the script says so and checks nothing.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent.resolve()
BASELINE = HERE / "counts.json"
CASES = {
    "prefill": ["prefill", "--context", "64"],
    "decode": ["decode", "--context", "32", "--new", "4"],
    "training step": ["train", "--method", "pic", "--sequences", "1", "--length", "32", "--tail", "16",
                      "--rank", "4"],
    "compress with pic": ["compress", "--method", "pic", "--context", "64"],
    "tokenizing": ["tokenize", "--documents", "2"],
    "store write": ["store", "--samples", "50"],
}
# The same on every machine: hash tables in one order, OpenBLAS with the kernels that AVX2 runs.
PINNED = {"SWIFT_DETERMINISTIC_HASHING": "1", "OPENBLAS_CORETYPE": "Haswell", "OPENBLAS_NUM_THREADS": "1"}


def first_line(*command):
    output = subprocess.run(command, capture_output=True, text=True)
    return (output.stdout + output.stderr).strip().split("\n")[0]


def made_with(executable):
    """What decides the counts besides the code."""
    libraries = first_line("sh", "-c", f"ldd {executable} | grep openblas | awk '{{print $3}}'")
    return {
        "compiler": re.search(r"[Ss]wift version (\S+)", first_line("swift", "--version")).group(1),
        "C library": first_line("ldd", "--version").split()[-1],
        "OpenBLAS": pathlib.Path(libraries).resolve().name,
        "valgrind": first_line("valgrind", "--version"),
    }


def instructions(executable, arguments, repeats):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", executable, "bench",
               *arguments, "--threads", "1", "--repeats", str(repeats), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | PINNED)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or not found:
        sys.exit(f"{' '.join(map(str, command))}:\n{done.stderr}")
    return int(found.group(1))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("executable")
    parser.add_argument("--update", action="store_true", help="writes the baseline instead of comparing")
    parser.add_argument("--tolerance", type=float, default=3, help="percent")
    options = parser.parse_args()
    executable = str(pathlib.Path(options.executable).resolve())
    flags = pathlib.Path("/proc/cpuinfo").read_text()
    if not shutil.which("valgrind") or not shutil.which("objcopy"):
        return print("instruction counts: skipped, valgrind or objcopy is not installed")
    if " avx2 " not in flags or " fma " not in flags:
        return print("instruction counts: skipped, this processor has no AVX2; the baseline is of AVX2")
    here = made_with(executable)
    baseline = json.loads(BASELINE.read_text()) if BASELINE.exists() else {"made with": None, "counts": {}}
    if not options.update and baseline["made with"] != here:
        return print(f"instruction counts: skipped, the baseline was made with {baseline['made with']}, "
                     f"here is {here}")
    counts, failed = {}, []
    # valgrind gives up on debug information newer than itself.
    stripped = pathlib.Path(tempfile.mkdtemp(prefix="picbench-counts-")) / "picbench"
    subprocess.run(["objcopy", "--strip-debug", executable, stripped], check=True)
    model = ["--model", str(HERE.parent / "Models" / "gazette-1m")]
    pool = concurrent.futures.ThreadPoolExecutor(os.cpu_count())

    def counted(name):
        """Tasks whose results are a case's instructions with one repetition and with two."""
        arguments = CASES[name] + (model if name != "store write" else [])
        return [pool.submit(instructions, stripped, arguments, n) for n in (1, 2)]

    def repetition(runs):
        return runs[1].result() - runs[0].result()

    for name, runs in {name: counted(name) for name in CASES}.items():
        counts[name] = repetition(runs)
        before = baseline["counts"].get(name)
        most = before * (1 + options.tolerance / 100) if before and not options.update else float("inf")
        # The store's queue does more or less from run to run: what counts is the least.
        for _ in range(2):
            if counts[name] > most:
                counts[name] = min(counts[name], repetition(counted(name)))
        change = f"{100 * (counts[name] / before - 1):+.2f}%" if before else "new"
        print(f"{name:20} {counts[name]:>15,}  {change}", flush=True)
        if counts[name] > most:
            failed.append(name)
    if options.update:
        BASELINE.write_text(json.dumps({"made with": here, "counts": counts}, indent=2) + "\n")
    elif failed:
        sys.exit(f"over {options.tolerance:g}% more instructions than before: {', '.join(failed)}; make it as fast as "
                 "it was, or where it is worth it, say so and write the baseline anew with --update")


if __name__ == "__main__":
    main()
