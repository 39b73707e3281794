"""Which keys attention matching keeps of contexts on the bundled model, and what the model says behind them: the method of
arXiv 2602.16284 without its bias, by torch.linalg on what transformers' attention computes with.

    pip install torch transformers
    python attention_matching.py
"""
import json
import math
import pathlib

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, DynamicCache
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

TESTS = pathlib.Path(__file__).parent.parent
OUT = TESTS / "MethodsTests" / "Fixtures" / "attention-matching.json"
BUNDLED = TESTS.parent / "Models" / "gazette-1m"
QUESTION = [4, 9, 2]
NEW, RIDGE, QUERIES = 32, 0.01, 512
REQUEST = "\n\nRepeat the previous context exactly.\n"

asked = {}
plain = ALL_ATTENTION_FUNCTIONS["sdpa"]


def watching(module, query, key, value, *arguments, **options):
    asked[module.layer_idx] = query[0].double()
    return plain(module, query, key, value, *arguments, **options)


# In its place: a name of its own would get another mask.
ALL_ATTENTION_FUNCTIONS["sdpa"] = watching


def mask(indices, length):
    """A bit a token, four in a hexadecimal digit, the first token's the highest."""
    bits = ["0"] * (-(-length // 4) * 4)
    for i in indices:
        bits[i] = "1"
    return "".join(f"{int(''.join(bits[i : i + 4]), 2):x}" for i in range(0, len(bits), 4))


@torch.no_grad()
def case(model, tokenizer, tokens, ratio):
    length = len(tokens)
    budget = math.ceil(length / ratio)
    cache = DynamicCache()
    model(input_ids=torch.tensor([tokens]), past_key_values=cache)
    keys = [layer.keys[0].clone().double() for layer in cache.layers]
    values = [layer.values[0].clone().double() for layer in cache.layers]
    request = tokenizer.encode(REQUEST, add_special_tokens=False) + tokens
    model(input_ids=torch.tensor([request]), past_key_values=cache)
    count = min(QUERIES, length)
    rows = [len(request) - length + i * length // count for i in range(count)]
    kept, heads_of = [], []
    scale = model.model.layers[0].self_attn.scaling
    for layer, (k, v) in enumerate(zip(keys, values)):
        group = asked[layer].shape[0] // k.shape[0]
        chosen, fitted = [], []
        for head in range(k.shape[0]):
            q = asked[layer][head * group : (head + 1) * group, rows].reshape(-1, k.shape[2])
            weights = torch.softmax(scale * q @ k[head].T, -1)
            scores = weights.square().mean(0).sqrt()
            own = scores.topk(budget).indices.sort().values
            share = weights[:, own]
            share = share / share.sum(1, keepdim=True)
            missing = weights @ v[head] - share @ v[head][own]
            gram = share.T @ share
            gram += RIDGE * gram.diagonal().mean() * torch.eye(budget)
            change = torch.linalg.solve(gram, share.T @ missing)
            chosen.append(own.tolist())
            fitted.append(v[head][own] + change)
        kept.append(chosen)
        heads_of.append((torch.stack([k[h][c] for h, c in enumerate(chosen)]), torch.stack(fitted)))
    small = DynamicCache()
    for layer, (k, v) in enumerate(heads_of):
        small.update(k[None].float(), v[None].float(), layer)
    answer, first = [], None
    for step in range(len(QUESTION) + NEW - 1):
        token = QUESTION[step] if step < len(QUESTION) else answer[-1]
        outputs = model(
            input_ids=torch.tensor([[token]]), past_key_values=small,
            position_ids=torch.tensor([[length + step]]))
        logits = outputs.logits[0, -1]
        if step >= len(QUESTION) - 1:
            first = logits if first is None else first
            answer.append(int(logits.argmax()))
    top = [float(f"{x:.6g}") for x in first[:64].tolist()]
    return {"kept": [[mask(h, length) for h in layer] for layer in kept], "logits": top, "answer": answer}


tokenizer = AutoTokenizer.from_pretrained(BUNDLED)
model = AutoModelForCausalLM.from_pretrained(BUNDLED, dtype=torch.float32).eval()
cases = []
for length in (65, 192):
    tokens = [300 + (i * 37 + 5) % 311 for i in range(length)]
    for ratio in (2, 4, 16):
        result = case(model, tokenizer, tokens, ratio)
        cases.append({"model": "gazette-1m", "tokens": length, "ratio": ratio, "method": "attention-matching"} | result)
OUT.write_text("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")
print(len(cases), "cases,", OUT.stat().st_size, "bytes")
