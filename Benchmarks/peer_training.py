"""PyTorch's training steps as a worker of training.py: python peer_training.py FOLDER THREADS eager|compile

The same work as `picbench bench train`: float32, forward, backward, clipping to norm 1, Muon for the
matrices of layers (torch.optim.Muon) and AdamW for the rest. `base` predicts every next token of packed
sequences. `pic` and `icae` train low-rank additions to q_proj and v_proj, memory tokens and the map to
slots, on contexts that are compressed and a text that is predicted behind each.
"""
import json
import math
import pathlib
import sys

import torch
import torch.nn.functional as F
from torch import nn

from common import serve, timed, token_ids

folder, threads, mode = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
torch.set_num_threads(threads)
torch.manual_seed(1)
C = json.loads((folder / "config.json").read_text())
WIDTH, HEADS, VOCABULARY = C["hidden_size"], C["num_attention_heads"], C["vocab_size"]
HALF = WIDTH // HEADS // 2


class LowRank(nn.Module):
    """A frozen projection with a trained addition of low rank."""

    def __init__(self, base, rank):
        super().__init__()
        self.base = base
        self.a = nn.Parameter(torch.randn(rank, WIDTH) / WIDTH**0.5)
        self.b = nn.Parameter(torch.zeros(base.out_features, rank))

    def forward(self, x):
        return self.base(x) + F.linear(F.linear(x, self.a), self.b) * 2


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        linear = lambda a, b: nn.Linear(a, b, bias=False)
        self.norm1, self.norm2 = (nn.Parameter(torch.ones(WIDTH)) for _ in range(2))
        self.q, self.k, self.v, self.o = (linear(WIDTH, WIDTH) for _ in range(4))
        self.gate, self.up = (linear(WIDTH, C["intermediate_size"]) for _ in range(2))
        self.down = linear(C["intermediate_size"], WIDTH)

    def forward(self, x, cos, sin, mask, q=None, v=None):
        split = lambda t: t.view(*t.shape[:2], HEADS, -1).transpose(1, 2)
        rotate = lambda t: t * cos + torch.cat([-t.chunk(2, -1)[1], t.chunk(2, -1)[0]], -1) * sin
        h = norm(x, self.norm1)
        a = F.scaled_dot_product_attention(
            rotate(split((q or self.q)(h))), rotate(split(self.k(h))), split((v or self.v)(h)),
            attn_mask=mask, is_causal=mask is None)
        x = x + self.o(a.transpose(1, 2).reshape(x.shape))
        h = norm(x, self.norm2)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


def norm(x, weight):
    return F.rms_norm(x, (WIDTH,), weight, 1e-5)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCABULARY, WIDTH)
        nn.init.normal_(self.embed.weight, std=0.05)
        self.layers = nn.ModuleList(Layer() for _ in range(C["num_hidden_layers"]))
        self.final = nn.Parameter(torch.ones(WIDTH))

    def hidden(self, x, positions, mask=None, additions=None):
        angles = positions[:, None] * C["rope_theta"] ** (-torch.arange(HALF) / HALF)[None]
        cos, sin = (torch.cat([f(angles)] * 2, -1) for f in (torch.cos, torch.sin))
        for i, layer in enumerate(self.layers):
            x = layer(x, cos, sin, mask, *(additions[i] if additions else ()))
        return norm(x, self.final)


class Base(nn.Module):
    """The loss of every row of packed sequences."""

    def __init__(self, sequences, length, **_):
        super().__init__()
        self.model = Model()
        ids = torch.tensor(token_ids(sequences * (length + 1), VOCABULARY)).view(sequences, length + 1)
        self.inputs, self.targets = ids[:, :-1].contiguous(), ids[:, 1:].contiguous()
        self.positions = torch.arange(length)
        self.tokens = sequences * length

    def forward(self):
        h = self.model.hidden(self.model.embed(self.inputs), self.positions)
        return F.cross_entropy((h @ self.model.embed.weight.T).flatten(0, 1), self.targets.flatten())

    def matrices(self):
        return [p for p in self.model.layers.parameters() if p.ndim == 2]


class Compressor(nn.Module):
    """The loss of texts behind compressed contexts; only the compressor is trained."""

    def __init__(self, method, sequences, length, ratio, tail, rank):
        super().__init__()
        self.model = Model().requires_grad_(False)
        self.additions = nn.ModuleList(
            nn.ModuleList(LowRank(p, rank) for p in (layer.q, layer.v)) for layer in self.model.layers)
        self.memory = nn.Parameter(torch.randn(256, WIDTH) * 0.05)
        self.projection = nn.Parameter(torch.eye(WIDTH) * 0.05)
        slots = math.ceil(length / ratio)
        ids = torch.tensor(token_ids(sequences * (length + tail + 1), VOCABULARY))
        ids = ids.view(sequences, length + tail + 1)
        begin = torch.full((sequences, 1), C["bos_token_id"])
        self.begin = begin
        self.context = torch.cat([begin, ids[:, :length]], 1)
        self.tail = ids[:, length:-1].contiguous()
        self.targets = ids[:, length + 1:].contiguous()
        self.slots = slots
        ends = torch.tensor([min(int((j + 1) * ratio), length) for j in range(slots)])
        self.encoder_positions = torch.cat([torch.arange(length + 1), ends])
        self.decoder_positions = torch.cat(
            [torch.zeros(1, dtype=torch.long), ends, length + 1 + torch.arange(tail)])
        rows = 1 + length + slots
        mask = torch.ones(rows, rows, dtype=torch.bool).tril()
        if method == "pic":
            for j in range(slots):
                row = 1 + length + j
                mask[row] = False
                mask[row, 0] = mask[row, row] = True
                mask[row, 1 + int(j * ratio):1 + ends[j]] = True
        self.mask = mask
        self.tokens = sequences * (length + slots + 1 + slots + tail)

    def forward(self):
        m = self.model
        count = self.context.shape[0]
        x = torch.cat([m.embed(self.context), self.memory[:self.slots].expand(count, -1, -1)], 1)
        h = m.hidden(x, self.encoder_positions, self.mask, self.additions)[:, -self.slots:]
        x = torch.cat([m.embed(self.begin), F.linear(h, self.projection), m.embed(self.tail)], 1)
        h = m.hidden(x, self.decoder_positions)[:, 1 + self.slots:]
        return F.cross_entropy((h @ m.embed.weight.T).flatten(0, 1), self.targets.flatten())

    def matrices(self):
        return [p for name, p in self.additions.named_parameters() if p.requires_grad] + [self.projection]


def train(kind, steps, **sizes):
    lesson = Base(**sizes) if kind == "base" else Compressor(kind, **sizes)
    matrices = lesson.matrices()
    chosen = {id(p) for p in matrices}
    trained = [p for p in lesson.parameters() if p.requires_grad]
    optimizers = [torch.optim.Muon(matrices, lr=0.006, weight_decay=0),
                  torch.optim.AdamW([p for p in trained if id(p) not in chosen], lr=0.0015, weight_decay=0)]
    loss = torch.compile(lesson) if mode == "compile" else lesson

    def step():
        value = loss()
        value.backward()
        nn.utils.clip_grad_norm_(trained, 1.0)
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad()
        return value.item()

    def run():
        return timed(lambda: [step() for _ in range(steps)])

    step()
    run.tokens = lesson.tokens
    return run


runs = {}


def kept(kind, **sizes):
    """Compiled and warmed up once, then asked for in turns."""
    if kind not in runs:
        runs[kind] = train(kind, **sizes)
    return runs[kind]


serve({"name": f"PyTorch {mode}", "version": torch.__version__}, {"train": kept})
