"""What the benchmark scripts share: made-up token ids, workers, picbench, medians."""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent

# Checkpoints that shapes.py makes.
SHAPES = {
    "small-fp32": dict(label="2.8M (d 192, 6 layers), fp32", vocab=768, d=192, layers=6, heads=6, kv=6,
                       ff=512, dtype="float32"),
    "smollm2-fp32": dict(label="SmolLM2-135M shape, fp32", vocab=49152, d=576, layers=30, heads=9, kv=3,
                         ff=1536, dtype="float32"),
    "smollm2-bf16": dict(label="SmolLM2-135M shape, bf16", vocab=49152, d=576, layers=30, heads=9, kv=3,
                         ff=1536, dtype="bfloat16"),
    # Files that llama.cpp quantises, which it and picbench read; PyTorch has nothing to compute with them.
    "smollm2-q8_0": dict(label="SmolLM2-135M shape, Q8_0", vocab=49152, d=576, layers=30, heads=9, kv=3,
                         ff=1536, dtype="float32", gguf="Q8_0"),
    "smollm2-q4_1": dict(label="SmolLM2-135M shape, Q4_1", vocab=49152, d=576, layers=30, heads=9, kv=3,
                         ff=1536, dtype="float32", gguf="Q4_1"),
    "256-q4_k_m": dict(label="124M (d 768, 12 layers), Q4_K_M", vocab=49152, d=768, layers=12, heads=12, kv=4,
                       ff=2304, dtype="float32", gguf="Q4_K_M"),
}

# The README's first command, and its grid of the tasks whose outputs are short.
RUN = ["run", "--methods", "pic,icae", "--ratios", "4,16,64"]
GRID = [*RUN, "--tasks", "qa,summarization"]


def token_ids(count, vocabulary):
    """The ids of `picbench bench`: the same linear congruential sequence."""
    state, ids = 1, []
    for _ in range(count):
        state = (state * 1103515245 + 12345) % 2**31
        ids.append(state // 65536 % vocabulary)
    return ids


def cpu():
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))


def machine():
    """The processor by name, its cores and the vector extensions that decide speed."""
    flags = pathlib.Path("/proc/cpuinfo").read_text().split("flags")[1].split("\n")[0].split()
    known = [f for f in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if f in flags]
    return f"{cpu()}, {os.cpu_count()} cores ({', '.join(known)})"


def picbench(executable, *arguments):
    """The measurement that `picbench bench ARGUMENTS --json` prints."""
    command = [str(executable), "bench", *map(str, arguments), "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def environment(given, packages):
    """The Python of an environment with the packages: the one given, or a throw-away one made now."""
    if given:
        return given
    folder = pathlib.Path(tempfile.mkdtemp(prefix="picbench-peers-"))
    print(f"making an environment with {', '.join(packages)} in {folder} …", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True)
    return str(python)


class Worker:
    """A peer in a process of its own that stays: one JSON line in, one out."""

    def __init__(self, python, script, *arguments):
        self.process = subprocess.Popen(
            [python, str(HERE / script), *map(str, arguments)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.about = self.receive()

    def receive(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{' '.join(self.process.args)} ended; run it by hand to see why")
        return json.loads(line)

    def ask(self, **request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return self.receive()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def serve(about, handlers):
    """The other end of a Worker: calls handlers[what](**rest) for each line, and times what it returns.

    A handler returns a function; each call of that returns (seconds, output).
    """
    print(json.dumps(about), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        repeats = request.pop("repeats", 1)
        run = handlers[request.pop("what")](**request)
        run()
        results = [run() for _ in range(repeats)]
        print(json.dumps({"seconds": [r[0] for r in results], "output": results[-1][1]}), flush=True)


def timed(body):
    begin = time.perf_counter()
    result = body()
    return time.perf_counter() - begin, result


def rate(count, seconds):
    return count / statistics.median(seconds)


def table(titles, rows):
    """A Markdown table, its first column to the left and the others to the right."""
    rule = [":--"] + ["--:"] * (len(titles) - 1)
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in [titles, rule, *rows])


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
