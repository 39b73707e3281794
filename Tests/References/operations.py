"""Values and gradients of every differentiable operation, by PyTorch in float64."""
import json
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(1)
torch.set_default_dtype(torch.float64)
OUT = pathlib.Path(__file__).parent.parent / "TensorsTests" / "Fixtures" / "operations.json"


def pack(t):
    return {"shape": list(t.shape), "values": [float(f"{v:.8g}") for v in t.detach().flatten().tolist()]}


def case(name, inputs, function, **extra):
    """Inputs are rounded to float32 first, so that both sides compute from the same numbers."""
    leaves = {k: torch.tensor(v.float().double().tolist(), requires_grad=True) for k, v in inputs.items()}
    output = function(**leaves)
    upstream = torch.randn(output.shape).float().double()
    (output * upstream).sum().backward()
    return {
        "name": name, "inputs": {k: pack(v) for k, v in leaves.items()}, "output": pack(output),
        "upstream": pack(upstream), "gradients": {k: pack(v.grad) for k, v in leaves.items()}, **extra,
    }


def rms_norm(x, weight, eps=1e-5):
    groups = x.reshape(-1, weight.shape[0])
    return (groups / (groups.pow(2).mean(-1, keepdim=True) + eps).sqrt() * weight).reshape(x.shape)


def rope(x, positions, frequencies, head_dim):
    heads = x.reshape(x.shape[0], -1, head_dim)
    angles = torch.tensor(positions).double()[:, None] * torch.tensor(frequencies)[None]
    cos, sin = (torch.cat([f(angles)] * 2, -1)[:, None] for f in (torch.cos, torch.sin))
    turned, rest = heads[..., :cos.shape[-1]], heads[..., cos.shape[-1]:]
    a, b = turned.chunk(2, -1)
    return torch.cat([turned * cos + torch.cat([-b, a], -1) * sin, rest], -1).reshape(x.shape)


def attention(q, k, v, visible, heads, kv_heads):
    rows, keys = q.shape[0], k.shape[0]
    mask = torch.zeros(rows, keys, dtype=torch.bool)
    for row, intervals in enumerate(visible):
        for low, high in intervals:
            mask[row, low:high] = True
    split = lambda t, n: t.reshape(t.shape[0], n, -1).transpose(0, 1)
    k, v = (split(t, kv_heads).repeat_interleave(heads // kv_heads, 0) for t in (k, v))
    out = F.scaled_dot_product_attention(split(q, heads), k, v, attn_mask=mask)
    return out.transpose(0, 1).reshape(q.shape)


def n(*shape):
    return torch.randn(*shape)


positions, frequencies = [0, 1, 1, 5, 300], [1.0, 0.3, 0.05]
targets, weights = [3, 0, 6, 6], [1.0, 0.5, 0.0, 2.0]
windows = [[0, 3], [3, 4], [4, 9], [1, 2]]
ids = [4, 0, 4, 2]
few = [[(0, 1)], [(0, 2)], [(1, 3)], [(0, 1), (2, 4)], [(0, 5)], [(5, 6)]]
# Long enough for several tiles, with rows like those of PIC: a chunk, and memory tokens before it.
many = [[(0, i + 1)] for i in range(90)] + [[(7 * j, 7 * j + 7), (90, 91 + j)] for j in range(12)]


def cross_entropy(logits):
    losses = F.cross_entropy(logits, torch.tensor(targets), reduction="none")
    w = torch.tensor(weights)
    return ((losses * w).sum() / w.sum()).reshape(1)


cases = [
    case("linear", {"x": n(5, 7), "weight": n(6, 7), "bias": n(6)}, F.linear),
    case("rmsNorm", {"x": n(4, 8), "weight": n(8)}, rms_norm),
    case("rmsNorm", {"x": n(3, 12), "weight": n(4)}, rms_norm),
    case("rope", {"x": n(5, 12)}, lambda x: rope(x, positions, frequencies, 6), positions=positions,
         frequencies=frequencies),
    case("attention", {"q": n(6, 24), "k": n(6, 12), "v": n(6, 12)},
         lambda q, k, v: attention(q, k, v, few, 4, 2), visible=few, heads=4, kvHeads=2),
    case("attention", {"q": n(102, 16), "k": n(102, 16), "v": n(102, 16)},
         lambda q, k, v: attention(q, k, v, many, 2, 2), visible=many, heads=2, kvHeads=2),
    case("swiglu", {"gate": 3 * n(4, 9), "up": n(4, 9)}, lambda gate, up: F.silu(gate) * up),
    case("add", {"a": n(3, 5), "b": n(3, 5)}, lambda a, b: a - 0.5 * b),
    case("multiply", {"a": n(3, 5), "b": n(3, 5)}, lambda a, b: a * b),
    case("gatherRows", {"table": n(5, 3)}, lambda table: table[ids], ids=ids),
    case("concatenateRows", {"a": n(2, 3), "b": n(1, 3)}, lambda a, b: torch.cat([a, b])),
    case("windowMean", {"x": n(9, 4)}, lambda x: torch.stack([x[a:b].mean(0) for a, b in windows]),
         windows=windows),
    case("crossEntropy", {"logits": 4 * n(4, 7)}, cross_entropy, targets=targets, weights=weights),
    case("geglu", {"gate": 3 * n(4, 9), "up": n(4, 9)},
         lambda gate, up: F.gelu(gate, approximate="tanh") * up),
    case("scaled", {"x": n(3, 5)}, lambda x: 2.5 * x),
    case("rope", {"x": n(5, 16)}, lambda x: rope(x, positions, frequencies, 8), positions=positions,
         frequencies=frequencies, headDim=8),
]
OUT.write_text(json.dumps(cases))
print(OUT, len(cases), OUT.stat().st_size)
