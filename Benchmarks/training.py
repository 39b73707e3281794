"""Training steps beside PyTorch, eager and by torch.compile, in turns in one run.

    swift build -c release
    python3 Benchmarks/training.py .build/release/picbench

A step is forward, backward, clipping and optimisers (Muon and AdamW) in float32 of the bundled shape: of
the whole model on 16 x 256 tokens with the loss of every row, and of compressors with low-rank additions
(rank 16 at q_proj and v_proj) on 16 contexts of 256 tokens at 16x with 64 predicted tokens behind each.
Tokens are rows of the encoder and the decoder. peer_training.py holds the peer's side.
"""
import argparse
import pathlib

from common import HERE, Worker, environment, machine, number, picbench, rate, table

KINDS = {"base": "whole model", "pic": "PIC, low rank", "icae": "ICAE, low rank"}
SIZES = {"sequences": 16, "length": 256}
COMPRESSOR = {"ratio": 16, "tail": 64, "rank": 16}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("executable")
    parser.add_argument("--python", help="of an environment that has torch and numpy")
    parser.add_argument("--model", default=str(HERE.parent / "Models" / "gazette-1m"), type=pathlib.Path)
    parser.add_argument("--kinds", nargs="*", default=list(KINDS), choices=list(KINDS))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    python = environment(options.python, ["torch", "numpy"])
    peers = {mode: Worker(python, "peer_training.py", options.model, options.threads, mode)
             for mode in ("eager", "compile")}
    print(f"{machine()}; {options.threads} threads; PyTorch {peers['eager'].about['version']}\n")
    rows = []
    for kind in options.kinds:
        sizes = SIZES | (COMPRESSOR if kind != "base" else {})
        flags = [f"--{k}={v}" for k, v in sizes.items()]
        flags += ["--method", kind] if kind != "base" else []
        ours, theirs, tokens = [], {mode: [] for mode in peers}, 0
        for _ in range(options.rounds):
            result = picbench(options.executable, "train", "--model", options.model, "--threads",
                              options.threads, "--repeats", options.steps, *flags)
            ours += result["seconds"]
            tokens = result["count"]
            for mode, peer in peers.items():
                answer = peer.ask(what="train", kind=kind, steps=options.steps, **sizes)
                theirs[mode] += [s / options.steps for s in answer["seconds"]]
        rates = [rate(tokens, ours)] + [rate(tokens, theirs[mode]) for mode in peers]
        rows.append([KINDS[kind], *map(number, rates), *(f"{rates[0] / r:.2f}" for r in rates[1:])])
    for peer in peers.values():
        peer.close()
    print(table(["step", "picbench, tokens/s", "eager", "torch.compile", "÷ eager", "÷ torch.compile"], rows))


if __name__ == "__main__":
    main()
