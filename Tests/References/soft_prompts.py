"""What soft-prompt methods make of contexts, and what a model says behind it, on the tiny Mistral of icae.py; and which
tokens LLMLingua-2's classifier keeps.

Each method's rows, mask and positions are written out here once more, for transformers' own forward pass.
"""
import json
import math
import pathlib

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, DynamicCache

FIXTURES = pathlib.Path(__file__).parent.parent / "SoftPromptsTests" / "Fixtures"
OUT = FIXTURES / "soft-prompts"
RATIO, LENGTHS, SEGMENT, RANK, ALPHA = 4, [10, 37, 3], 12, 3, 6.0
BEGIN = [1]                  # in front of a context in the encoder
PREFIXES = [[1], [1, 5, 8]]  # in front of it in the decoder
PROMPT = [7, 9, 3]

torch.manual_seed(11)
model = AutoModelForCausalLM.from_pretrained(FIXTURES / "icae", dtype=torch.float32, attn_implementation="eager").eval()
hidden = model.config.hidden_size
memory = torch.randn(6, hidden) * 0.5
projection = torch.randn(hidden, hidden) * 0.3


def lora(targets):
    pairs = {}
    for i, layer in enumerate(model.model.layers):
        for part, target in targets:
            weight = getattr(getattr(layer, part), target).weight
            pairs[f"model.layers.{i}.{part}.{target}"] = (
                torch.randn(RANK, weight.shape[1]) * 0.3, torch.randn(weight.shape[0], RANK) * 0.3)
    return pairs


encoder = lora([("self_attn", "q_proj"), ("self_attn", "v_proj")])
decoder = lora([("self_attn", "k_proj"), ("mlp", "down_proj")])
tensors = {"memory": memory, "projection": projection}
for name, pairs in (("encoder.", encoder), ("decoder.", decoder)):
    for place, (down, up) in pairs.items():
        tensors[f"{name}base_model.model.{place}.lora_A.weight"] = down
        tensors[f"{name}base_model.model.{place}.lora_B.weight"] = up
OUT.mkdir(exist_ok=True)
save_file(tensors, OUT / "weights.safetensors")


class Adapted:
    """The model with an adapter's additions in its weights."""

    def __init__(self, pairs):
        self.pairs = pairs

    def add(self, sign):
        for place, (down, up) in self.pairs.items():
            model.get_submodule(place).weight.data += sign * ALPHA / RANK * up @ down

    def __enter__(self):
        self.add(1)

    def __exit__(self, *_):
        self.add(-1)


def embed(ids):
    return model.model.embed_tokens(torch.tensor(ids, dtype=torch.long))


def run(rows, positions, sees, past=None):
    """rows: [n, hidden]; sees[i]: the keys that row i sees, past ones first. Returns states, and keys and values."""
    ahead = 0 if past is None else past[0][0].shape[2]
    cache = DynamicCache()
    for i, (k, v) in enumerate(past or []):
        cache.update(k, v, i)
    mask = torch.full((1, 1, len(positions), ahead + len(positions)), torch.finfo(torch.float32).min)
    for i, keys in enumerate(sees):
        mask[0, 0, i, sorted(keys)] = 0
    out = model.model(inputs_embeds=rows[None], position_ids=torch.tensor([positions]), attention_mask=mask,
                      past_key_values=cache, use_cache=True)
    return out.last_hidden_state[0], [(l.keys[:, :, ahead:], l.values[:, :, ahead:]) for l in cache.layers]


def windows(length):
    return [range(i, min(i + RATIO, length)) for i in range(0, length, RATIO)]


def table(count, shared=False):
    return torch.stack([memory[0 if shared else j % len(memory)] for j in range(count)])


def behind_context(ids, places, shift=0, shared=False):
    """Memory tokens behind the whole context, each seeing all of it and the memory before; with the encoder."""
    count, length = len(places), len(ids)
    rows = torch.cat([embed(BEGIN), embed(ids), table(count, shared)])
    positions = [shift + p for p in [0] + [1 + i for i in range(length)] + [1 + p for p in places]]
    with Adapted(encoder):
        states, keys = run(rows, positions, [range(i + 1) for i in range(len(positions))])
    own = slice(1 + length, None)
    return states[own] @ projection.T, [(k[:, :, own], v[:, :, own]) for k, v in keys]


def answer(prefix, next_position, slots=None, places=None, keys=None):
    """The scores behind prefix, what was kept and the prompt."""
    if keys is None:
        rows = torch.cat([embed(prefix), slots, embed(PROMPT)])
        positions = list(range(len(prefix))) + [len(prefix) + p for p in places]
        positions += [len(prefix) + next_position + i for i in range(len(PROMPT))]
        states, _ = run(rows, positions, [range(i + 1) for i in range(len(positions))])
    else:
        _, begin = run(embed(prefix), list(range(len(prefix))), [range(i + 1) for i in range(len(prefix))])
        past = [(torch.cat([a, c], 2), torch.cat([b, d], 2)) for (a, b), (c, d) in zip(begin, keys)]
        ahead = past[0][0].shape[2]
        states, _ = run(embed(PROMPT), [len(prefix) + next_position + i for i in range(len(PROMPT))],
                        [range(ahead + i + 1) for i in range(len(PROMPT))], past)
    return model.lm_head(states[-1])


def spread(length):
    return [w[-1] for w in windows(length)]


def five_hundred(ids, shift, contiguous):
    count = len(windows(len(ids)))
    places = [len(ids) + j for j in range(count)] if contiguous else spread(len(ids))
    return behind_context(ids, places, shift)[1], places, count if contiguous else len(ids)


def gist(ids, shift):
    count = len(windows(len(ids)))
    places = [len(ids) + j for j in range(count)]
    return behind_context(ids, places, shift, shared=True)[1], places, len(ids) + count


def anchors(ids, shift):
    length, ends = len(ids), spread(len(ids))
    rows = torch.cat([embed(BEGIN), embed(ids)])
    for end in ends:
        rows[1 + end] += memory[0]
    sees = [[0]] + [range(1 + length) if i in ends else range(i + 2) for i in range(length)]
    with Adapted(encoder):
        _, keys = run(rows, [shift + i for i in range(1 + length)], sees)
    own = [1 + end for end in ends]
    return [(k[:, :, own], v[:, :, own]) for k, v in keys], ends, length


def recurrent(ids, replaces):
    """Segments of whole windows, at most SEGMENT tokens, one pass each."""
    all_windows, step = windows(len(ids)), max(1, SEGMENT // RATIO)
    slots, places = torch.zeros(0, hidden), []
    for first in range(0, len(all_windows), step):
        part = all_windows[first:first + step]
        start, end = part[0][0], part[-1][-1] + 1
        if not replaces:
            ends, used = [w[-1] for w in part], range(first, first + len(part))
        else:
            count = min(len(all_windows), end)
            used = range(count)
            ends = spread(len(ids)) if end == len(ids) else [(j + 1) * end // count - 1 for j in range(count)]
        new = torch.stack([memory[j % len(memory)] for j in used])
        rows = torch.cat([embed(BEGIN), slots, embed(ids[start:end]), new])
        positions = [0] + [1 + p for p in places] + [1 + i for i in range(start, end)] + [1 + e for e in ends]
        with Adapted(encoder):
            states, _ = run(rows, positions, [range(i + 1) for i in range(len(positions))])
        made = states[-len(ends):] @ projection.T
        slots, places = (made, ends) if replaces else (torch.cat([slots, made]), places + ends)
    return slots, places, len(ids)


numbers = lambda t: [float(f"{v:.7g}") for v in t.flatten().tolist()]
# [rows, kvHeads x headDim], as a pass has them
flat = lambda t: numbers(t[0].transpose(0, 1).reshape(t.shape[2], -1))
cases = []
with torch.no_grad():
    for length in LENGTHS:
        ids = [(i * i * 5 + i * 7 + 3) % 31 for i in range(length)]
        for prefix in PREFIXES:
            shift = len(prefix) - len(BEGIN)

            def add(method, places, next_position, **kept):
                adapted = Adapted(decoder if method == "cocom" else {})
                with adapted:
                    scores = answer(prefix, next_position, places=places, **kept)
                case = {"method": method, "tokens": ids, "prefix": prefix, "positions": list(places),
                        "next": next_position, "answer": numbers(scores)}
                if kept.get("keys"):
                    case["keys"] = [flat(k) for k, _ in kept["keys"]]
                    case["values"] = [flat(v) for _, v in kept["keys"]]
                else:
                    case["slots"] = numbers(kept["slots"])
                cases.append(case)

            for name, made in (("500xcompressor", five_hundred(ids, shift, False)),
                               ("500xcompressor:positions=contiguous", five_hundred(ids, shift, True)),
                               ("gist", gist(ids, shift)), ("anchors", anchors(ids, shift))):
                add(name, made[1], made[2], keys=made[0])
            for name, replaces in ((f"autocompressor:segment={SEGMENT}", False), (f"rmt:segment={SEGMENT}", True)):
                slots, places, after = recurrent(ids, replaces)
                add(name, places, after, slots=slots)
            slots, _ = behind_context(ids, spread(length))
            add("cocom", spread(length), length, slots=slots)

    classified = []
    for length in LENGTHS:
        ids = [(i * i * 5 + i * 7 + 3) % 31 for i in range(length)]
        with Adapted(encoder):
            states, _ = run(torch.cat([embed(BEGIN), embed(ids)]), list(range(1 + length)),
                            [range(i + 1) for i in range(1 + length)])
        needed = torch.softmax((states[1:] @ projection.T) @ memory[:2].T, -1)[:, 1]
        kept = sorted(needed.topk(len(windows(length))).indices.tolist())
        classified.append({"tokens": ids, "logits": numbers((states[1:] @ projection.T) @ memory[:2].T), "kept": kept})
(OUT / "expected.json").write_text(json.dumps({"ratio": RATIO, "begin": BEGIN, "prompt": PROMPT, "rank": RANK,
                                               "alpha": ALPHA, "cases": cases, "classified": classified}))
print(len(cases), (OUT / "expected.json").stat().st_size)
