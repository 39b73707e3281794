"""Prefill and decode beside PyTorch and llama.cpp: one table of tokens a second, in turns in one run.

    swift build -c release
    python3 Benchmarks/peers.py .build/release/picbench

Makes a throw-away environment with the peers from PyPI (llama-cpp-python compiles: ten minutes), or
takes one with --python. Checkpoints with random weights are made in --models. Every peer in its best
setting: PyTorch's attention and llama.cpp's flash attention and micro-batch are tried first. Then the
three take turns, --rounds times; figures are medians.
"""
import argparse
import itertools
import json
import pathlib
import subprocess
import tempfile

from common import HERE, SHAPES, Worker, environment, machine, number, picbench, rate, table

PACKAGES = ["torch", "transformers", "safetensors", "numpy", "gguf", "llama-cpp-python"]

class Measured:
    """One program on one checkpoint: seconds and outputs by task."""

    def __init__(self, name, ask):
        self.name, self.ask = name, ask
        self.seconds = {"prefill": [], "decode": []}
        self.output = {}

    def take(self, what, repeats):
        result = self.ask(what, repeats)
        self.seconds[what] += result["seconds"]
        self.output[what] = result["output"]
SETTLING = 5


def best(name, python, script, folder, threads, settings, sizes):
    """The peer, asked in the setting that is fastest for each task."""
    workers = {s: Worker(python, script, folder, threads, *s) for s in settings}
    chosen = {}
    for what, size in sizes.items():
        trial = {s: min(w.ask(what=what, repeats=2, **size)["seconds"]) for s, w in workers.items()}
        chosen[what] = min(trial, key=trial.get)
    for setting in set(workers) - set(chosen.values()):
        workers.pop(setting).close()
    peer = Measured(name, lambda what, n: workers[chosen[what]].ask(what=what, repeats=n, **sizes[what]))
    peer.settings = chosen
    peer.version = next(iter(workers.values())).about["version"]
    peer.close = lambda: [w.close() for w in workers.values()]
    return peer


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("executable")
    parser.add_argument("--python", help="of an environment that has " + ", ".join(PACKAGES))
    parser.add_argument("--models", help="a folder for checkpoints; they are kept")
    parser.add_argument("--shapes", nargs="*", default=list(SHAPES), choices=list(SHAPES))
    parser.add_argument("--peers", nargs="*", default=["torch", "llama"], choices=["torch", "llama"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--context", type=int, default=512)
    parser.add_argument("--new", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    python = environment(options.python, PACKAGES)
    models = options.models or tempfile.mkdtemp(prefix="picbench-models-")
    sizes = {"prefill": {"context": options.context},
             "decode": {"context": options.context, "new": options.new}}
    tokens = {"prefill": options.context, "decode": options.new}

    limits = picbench(options.executable, "limits", "--threads", options.threads, "--repeats", 5)
    bandwidth = next(x for x in limits if x["what"] == "read")["perSecond"]
    gflops = max(x["perSecond"] for x in limits if x["what"] == "multiply")
    print(f"{machine()}; {options.threads} threads. Memory read: {bandwidth:.1f} GB/s, "
          f"OpenBLAS fp32: {gflops:.0f} GFLOP/s\n")
    rows, notes = [], []
    for shape in options.shapes:
        subprocess.run([python, str(HERE / "shapes.py"), models, shape], check=True)
        folder = f"{models}/{shape}"
        quantised = "gguf" in SHAPES[shape]
        checkpoint = f"{folder}/model.gguf" if quantised else folder

        def ours(what, repeats):
            arguments = [f"--{k}={v}" for k, v in sizes[what].items()]
            # The peers stay in their processes; ours starts anew, and is given as long to settle.
            result = picbench(options.executable, what, "--model", checkpoint, "--threads", options.threads,
                              "--repeats", repeats + SETTLING, *arguments)
            result["seconds"] = result["seconds"][SETTLING:]
            return result

        programs = [Measured("picbench", ours)]
        if "torch" in options.peers and not quantised:
            programs.append(best("PyTorch", python, "peer_torch.py", folder, options.threads,
                                 [("sdpa",), ("eager",)], sizes))
        if "llama" in options.peers:
            programs.append(best("llama.cpp", python, "peer_llama.py", folder, options.threads,
                                 list(itertools.product((0, 1), (512,))), sizes))
        for _ in range(options.rounds):
            for what, program in itertools.product(sizes, programs):
                program.take(what, 1)
        for peer in programs[1:]:
            peer.close()
        for what in sizes:
            rates = {p.name: rate(tokens[what], p.seconds[what]) for p in programs}
            line = [SHAPES[shape]["label"], what] + [number(rates[n]) if n in rates else "" for n in ("picbench", "PyTorch", "llama.cpp")]
            theirs = [rates[p.name] for p in programs[1:]]
            line.append(f"{rates['picbench'] / max(theirs):.2f}" if theirs else "")
            line.append(share_of_limit(shape, what, rates["picbench"], folder, bandwidth, gflops, options))
            rows.append(line)
        for peer in programs[1:]:
            notes.append(f"{shape}: {peer.name} ({peer.version}) with {peer.settings}; "
                         f"same tokens as picbench: {agreement(programs[0], peer)}")
    print(table(["checkpoint (random weights)", "tokens/s", "picbench", "PyTorch", "llama.cpp",
                 "picbench ÷ better peer", "of the limit"], rows))
    print()
    for note in notes:
        print(note)


def share_of_limit(shape, what, ours, folder, bandwidth, gflops, options):
    """Decoding reads every weight once a token, of a large head a copy of a byte a weight (screen.c);
    prefill multiplies every layer's weight twice a token."""
    c = json.loads(pathlib.Path(folder, "config.json").read_text())
    d, ff, layers = c["hidden_size"], c["intermediate_size"], c["num_hidden_layers"]
    kv = c["num_key_value_heads"] * c["head_dim"]
    matrices = layers * (2 * d * d + 2 * d * kv + 3 * d * ff)
    if "gguf" in SHAPES[shape]:
        # The whole file a token, the table of embeddings as the head.
        cached = 8 * layers * kv * (options.context + options.new / 2)
        limit = 1e9 * bandwidth / (pathlib.Path(folder, "model.gguf").stat().st_size + cached)
        return f"{ours / limit:.0%} of memory" if what == "decode" else ""
    size = 2 if c["torch_dtype"] == "bfloat16" else 4
    if what == "decode":
        cached = 2 * size * layers * kv * (options.context + options.new / 2)
        head = c["vocab_size"] * d * size
        if head >= 16 << 20:
            head = c["vocab_size"] * (d + 8)
        limit = 1e9 * bandwidth / (matrices * size + head + cached)
        return f"{ours / limit:.0%} of memory" if size * matrices > 64e6 else "(in cache)"
    if size == 2:
        return ""
    work = 2 * matrices + 2 * 2 * layers * d * options.context / 2
    return f"{ours * work / 1e9 / gflops:.0%} of OpenBLAS"


def agreement(ours, theirs):
    """How many of the greedily decoded tokens agree before the first that does not."""
    a, b = ours.output["decode"], theirs.output["decode"]
    same = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), len(a))
    return f"{same} of {len(a)}"


if __name__ == "__main__":
    main()
