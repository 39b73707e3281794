"""What choosing keys and values costs: a context compressed ÷ the same context only read, and beside kvpress.

    swift build -c release
    python3 Benchmarks/caches.py .build/release/picbench MODEL --python PYTHON --peer MODEL

PYTHON is of an environment with torch, "transformers<5", kvpress and cachetools; --peer is MODEL as transformers 4 reads
it, where that is another folder (Tests/References/transformers4.py). Ours reads and compresses in turns, --rounds times;
figures are ratios of medians. kvpress' prefill is PyTorch's own in that process.
"""
import argparse
import statistics

from common import Worker, machine, picbench, table

# The most that the project allows itself, as a multiple of prefill.
LIMITS = {"knorm": 1.10, "streaming-llm": 1.10, "keydiff": 1.10, "snapkv": 1.25, "tova": 1.25,
          "expected-attention": 1.25, "h2o": 2.0, "pyramidkv": None, "adakv": None}
# transformers' attention weights for it take n x n numbers a head.
WITHOUT_PEER = {"h2o"}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("executable")
    parser.add_argument("model")
    parser.add_argument("--python")
    parser.add_argument("--peer")
    parser.add_argument("--contexts", nargs="*", type=int, default=[512, 2048, 8192])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    peer = options.python and Worker(options.python, "peer_kvpress.py", options.peer or options.model, options.threads)
    print(f"{machine()}; {options.threads} threads; {options.model}; 16x")
    rows = []
    for context in options.contexts:
        arguments = ["--model", options.model, "--threads", options.threads, "--context", context, "--repeats", 2]
        seconds = {name: [] for name in ["prefill", *LIMITS]}
        theirs = {name: [] for name in seconds}
        for _ in range(options.rounds):
            for name in seconds:
                what = ["prefill"] if name == "prefill" else ["compress", "--method", name, "--ratio", 16]
                seconds[name] += picbench(options.executable, *what, *arguments)["seconds"]
                if peer and name not in WITHOUT_PEER:
                    theirs[name] += peer.ask(what="compress", context=context, method=name, ratio=16, repeats=2)["seconds"]
        median = {name: statistics.median(values) for name, values in seconds.items()}
        for name, limit in {"prefill": None, **LIMITS}.items():
            other = statistics.median(theirs[name]) if theirs[name] else None
            rows.append([context, name, f"{1000 * median[name]:.1f}", f"{median[name] / median['prefill']:.2f}",
                         f"{limit:.2f}" if limit else "", f"{other / median[name]:.1f}" if other else ""])
    if peer:
        peer.close()
    print(table(["tokens", "method", "ms", "÷ prefill", "at most", "kvpress ÷ ours"], rows))
    # Behind a long context that was compressed, a token costs what it costs behind a short one.
    decode = lambda *more: picbench(options.executable, "decode", "--model", options.model, "--threads", options.threads,
                                    "--repeats", 5, *more)
    short = decode("--context", 512)
    print("\ndecode behind 8,192 tokens at 16x ÷ behind 512 tokens: time of a token, memory that is held")
    for name in ("knorm", "snapkv", "adakv"):
        long = decode("--context", 8192, "--method", name, "--ratio", 16)
        print(f"{name}: {short['perSecond'] / long['perSecond']:.2f}, {long['residentBytes'] / short['residentBytes']:.2f}")


main()
