"""Which keys NVIDIA's kvpress keeps of contexts on tiny checkpoints, and what the model says behind them.

    pip install torch "transformers<5" && pip install --no-deps kvpress cachetools
    python cache_methods.py

Run checkpoints.py first. H2O is not in kvpress as its paper has it: its scores are transformers' attention weights.
"""
import json
import math
import pathlib

import torch
from transformers import AutoModelForCausalLM, DynamicCache

import presses
from presses import H2O, kvpress

TESTS = pathlib.Path(__file__).parent.parent
OUT = TESTS / "MethodsTests" / "Fixtures" / "kvpress.json"
FOLDERS = TESTS / "LanguageModelsTests" / "Fixtures"
BUNDLED = TESTS.parent / "Models" / "gazette-1m"
RATIOS = [2, 4, 16]
QUESTION = [4, 9, 2]
NEW = 32


recorded = {}


def recording(kind):
    own = kind.score

    def score(self, module, *arguments):
        scores = own(self, module, *arguments)
        recorded[module.layer_idx] = scores.clone()
        return scores

    kind.score = score


for kind in (kvpress.KnormPress, kvpress.KeyDiffPress, kvpress.StreamingLLMPress, kvpress.TOVAPress, kvpress.SnapKVPress,
             H2O, kvpress.ExpectedAttentionPress):
    recording(kind)


def mask(indices, length):
    """A bit a token, four in a hexadecimal digit, the first token's the highest."""
    bits = ["0"] * (-(-length // 4) * 4)
    for i in indices:
        bits[i] = "1"
    return "".join(f"{int(''.join(bits[i : i + 4]), 2):x}" for i in range(0, len(bits), 4))


@torch.no_grad()
def case(model, name, press, tokens, bare):
    recorded.clear()
    length = len(tokens)
    layers = model.model.layers
    for layer in layers:
        layer.self_attn.masked_key_indices = None
    model.set_attn_implementation("eager" if name == "h2o" else "sdpa")
    cache = DynamicCache()
    with press(model):
        model(input_ids=torch.tensor([tokens]), past_key_values=cache, output_attentions=name == "h2o")
    kept = []
    for i, layer in enumerate(layers):
        masked = layer.self_attn.masked_key_indices
        heads = cache.layers[i].keys.shape[1]
        if masked is not None:
            gone = list(zip(masked[1].tolist(), masked[2].tolist()))
            kept.append([[t for t in range(length) if (h, t) not in set(gone)] for h in range(heads)])
        elif name.startswith("kvzip"):
            kept.append([list(range(length)) for h in range(heads)])
        else:
            count = cache.layers[i].keys.shape[2]
            chosen = recorded[i].topk(count, dim=-1).indices[0]
            kept.append([sorted(row.tolist()) for row in chosen])
    start = cache.layers[0].keys.shape[2] if name == "streaming-llm" else length
    model.set_attn_implementation("sdpa")
    answer, first = [], None
    # One token at a time: transformers' mask of several is that of the first layer, of which others have less.
    for step in range(len(QUESTION) + NEW - 1):
        token = QUESTION[step] if step < len(QUESTION) else answer[-1]
        outputs = model(
            input_ids=torch.tensor([[token]]), past_key_values=cache, position_ids=torch.tensor([[start + step]]))
        logits = outputs.logits[0, -1]
        if step >= len(QUESTION) - 1:
            first = logits if first is None else first
            answer.append(int(logits.argmax()))
    top = [float(f"{x:.6g}") for x in (first if bare else first[:64]).tolist()]
    return {"method": name, "kept": [[mask(h, length) for h in layer] for layer in kept], "logits": top, "answer": answer}


cases = []
for folder in ("llama", "qwen3", "llama-yarn-mscale", "gazette-1m"):
    is_bundled = folder == "gazette-1m"
    path = BUNDLED if is_bundled else FOLDERS / folder
    model = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32).eval()
    for length in (65, 192, 1000):
        if is_bundled and length == 1000:
            continue
        if is_bundled:
            tokens = [300 + (i * 37 + 5) % 311 for i in range(length)]
        else:
            tokens = [(i * i * 7 + i * 3 + 5) % 31 for i in range(length)]
        for ratio in RATIOS:
            budget = math.ceil(length / ratio)
            # A token's key is as long wherever it stands: where tokens repeat, it is chance which knorm keeps.
            for name, press in presses.of(budget, length, whole=is_bundled):
                print(folder, length, ratio, name, flush=True)
                result = case(model, name, press(), tokens, not is_bundled)
                cases.append({"model": folder, "tokens": length, "ratio": ratio} | result)
OUT.parent.mkdir(exist_ok=True)
OUT.write_text("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")
print(len(cases), "cases,", OUT.stat().st_size, "bytes")
