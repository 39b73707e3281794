"""Training tokens a second of the bundled shape: picbench beside PyTorch eager, in turns on one machine.

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install torch
    swift build -c release
    /tmp/peers/bin/python Benchmarks/training.py .build/release/picbench

Both do forward, backward and optimiser in float32 on as many threads as there are cores. PyTorch:
16 sequences of 256 random tokens, scaled_dot_product_attention, logits of every row, AdamW.
picbench: its trainer on gazette documents, about 4,096 rows a step, each with its logits; making the
data, Muon and AdamW included.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import torch
import torch.nn.functional as F
from torch import nn

HERE = pathlib.Path(__file__).parent
RECIPE = json.loads((HERE / "training-recipe.json").read_text())
SHAPE = RECIPE["model"]
WIDTH, HEADS, VOCABULARY = SHAPE["hiddenSize"], SHAPE["heads"], 2329
SEQUENCES, LENGTH, ROUNDS = 16, 256, 3


class Norm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(WIDTH))

    def forward(self, x):
        return F.rms_norm(x, (WIDTH,), self.weight, 1e-5)


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        linear = lambda a, b: nn.Linear(a, b, bias=False)
        self.norm1, self.norm2 = Norm(), Norm()
        self.q, self.k, self.v, self.o = (linear(WIDTH, WIDTH) for _ in range(4))
        self.gate, self.up = (linear(WIDTH, SHAPE["intermediateSize"]) for _ in range(2))
        self.down = linear(SHAPE["intermediateSize"], WIDTH)

    def forward(self, x, cos, sin):
        split = lambda t: t.view(*t.shape[:2], HEADS, -1).transpose(1, 2)
        rotate = lambda t: t * cos + torch.cat([-t.chunk(2, -1)[1], t.chunk(2, -1)[0]], -1) * sin
        h = self.norm1(x)
        a = F.scaled_dot_product_attention(rotate(split(self.q(h))), rotate(split(self.k(h))), split(self.v(h)),
                                           is_causal=True)
        x = x + self.o(a.transpose(1, 2).reshape(x.shape))
        h = self.norm2(x)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCABULARY, WIDTH)
        self.layers = nn.ModuleList(Layer() for _ in range(SHAPE["layers"]))
        self.norm = Norm()
        half = WIDTH // HEADS // 2
        angles = torch.arange(LENGTH)[:, None] * 10000.0 ** (-torch.arange(half) / half)[None]
        self.cos, self.sin = (torch.cat([f(angles)] * 2, -1) for f in (torch.cos, torch.sin))

    def forward(self, tokens):
        x = self.embed(tokens)
        for layer in self.layers:
            x = layer(x, self.cos, self.sin)
        return self.norm(x) @ self.embed.weight.T


def pytorch(steps=12, warmup=3):
    torch.manual_seed(1)
    torch.set_num_threads(os.cpu_count())
    model = Model()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for step in range(steps + warmup):
        if step == warmup:
            begin = time.perf_counter()
        tokens = torch.randint(VOCABULARY, (SEQUENCES, LENGTH + 1))
        loss = F.cross_entropy(model(tokens[:, :-1]).reshape(-1, VOCABULARY), tokens[:, 1:].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return steps * SEQUENCES * LENGTH / (time.perf_counter() - begin)


def picbench(executable):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([executable, "train", "base", HERE / "training-recipe.json", "--output", folder,
                        "--db", f"{folder}/r.sqlite"], check=True, capture_output=True)
        log = (pathlib.Path(folder) / "training.log").read_text()
    points = [(float(s), int(t)) for s, t in re.findall(r"step \d+/\d+  ([\d.]+) s  (\d+) tokens  loss", log)]
    (s0, t0), (s1, t1) = points[0], points[-1]
    return (t1 - t0) / (s1 - s0)


if __name__ == "__main__":
    print("| round | picbench, tokens/s | PyTorch eager, tokens/s | ratio |\n| --: | --: | --: | --: |")
    for r in range(ROUNDS):
        ours, theirs = picbench(sys.argv[1]), pytorch()
        print(f"| {r + 1} | {ours:,.0f} | {theirs:,.0f} | {ours / theirs:.2f} |", flush=True)
