"""A tiny random ICAE release on a tiny random Mistral, and the public algorithm in plain PyTorch.

The algorithm as published with the v2 models (github.com/getao/icae): a context is cut into equal segments of
at most memories x 4 tokens; each is embedded, followed by the memory tokens and run through the adapted model
from position 0; the last hidden states at the memory tokens are the slots. The decoder, without the adapter,
reads the beginning of the prompt, the slots, [FT] and the rest of the prompt, or slots and [AE].
"""
import json
import math
import pathlib

import torch
from safetensors.torch import save_file
from transformers import MistralConfig, MistralForCausalLM

OUT = pathlib.Path(__file__).parent.parent / "SoftPromptsTests" / "Fixtures" / "icae"
MEMORIES, RATE, RANK, ALPHA = 4, 4, 3, 32.0
LEFT, RIGHT = [1, 5], [7, 9, 3]
LENGTHS = [32, 10, 30, 37, 40]

torch.manual_seed(9)
config = MistralConfig(vocab_size=31, hidden_size=24, intermediate_size=40, num_hidden_layers=2,
                       num_attention_heads=4, num_key_value_heads=2, head_dim=8, max_position_embeddings=256,
                       sliding_window=None, bos_token_id=1, eos_token_id=2, pad_token_id=None)
model = MistralForCausalLM(config).eval()
with torch.no_grad():
    for name, p in model.named_parameters():
        p.normal_(1 if "norm" in name else 0, 0.3)
    model.half().save_pretrained(OUT)
# Not .float(): the rotary frequencies would stay rounded to 16 bits.
model = MistralForCausalLM.from_pretrained(OUT, dtype=torch.float32).eval()
(OUT / "generation_config.json").unlink(missing_ok=True)

table = torch.randn(MEMORIES + 3, config.hidden_size) * 0.3
release = {"memory_token_embed.weight": table}
adapters = {}
for i, layer in enumerate(model.model.layers):
    for target in ("q_proj", "v_proj"):
        weight = getattr(layer.self_attn, target).weight
        a = torch.randn(RANK, weight.shape[1]) * 0.2
        b = torch.randn(weight.shape[0], RANK) * 0.2
        prefix = f"icae.base_model.model.model.layers.{i}.self_attn.{target}"
        release[f"{prefix}.lora_A.default.weight"] = a
        release[f"{prefix}.lora_B.default.weight"] = b
        adapters[i, target] = (ALPHA / RANK) * b @ a
save_file(release, OUT / "release.safetensors")


def with_adapter(sign):
    for (i, target), delta in adapters.items():
        getattr(model.model.layers[i].self_attn, target).weight.data += sign * delta


def compress(ids):
    """The public _compress: every segment spends all memory tokens."""
    segments = math.ceil(len(ids) / (MEMORIES * RATE))
    length = math.ceil(len(ids) / segments)
    slots = []
    with_adapter(1)
    for s in range(segments):
        part = torch.tensor([ids[s * length:(s + 1) * length]])
        embeddings = torch.cat([model.model.embed_tokens(part), table[None, :MEMORIES]], dim=1)
        slots.append(model(inputs_embeds=embeddings, output_hidden_states=True).hidden_states[-1][0, -MEMORIES:])
    with_adapter(-1)
    return slots


def decode(slots, lead, right):
    embed = lambda ids: model.model.embed_tokens(torch.tensor([ids], dtype=torch.long))
    rows = torch.cat([embed(LEFT), slots[None], table[None, lead:lead + 1]] + ([embed(right)] if right else []), dim=1)
    return model(inputs_embeds=rows).logits[0, -1]


numbers = lambda t: [float(f"{v:.7g}") for v in t.flatten().tolist()]
result = {"alpha": ALPHA, "rate": RATE, "left": LEFT, "right": RIGHT, "contexts": []}
with torch.no_grad():
    for length in LENGTHS:
        ids = [(i * i * 5 + i * 7 + 3) % 31 for i in range(length)]
        parts = compress(ids)
        # With slots after the context's length, a segment keeps its first memory tokens only: one for every
        # four tokens that it has, and all together one for every four of the context.
        size, left, kept = math.ceil(length / len(parts)), math.ceil(length / RATE), []
        for s, part in enumerate(parts):
            own = min(left, math.ceil(min(size, length - s * size) / RATE))
            kept.append(part[:own])
            left -= own
        kept = torch.cat(kept)
        result["contexts"].append({
            "tokens": ids, "kept": len(kept), "public": sum(len(p) for p in parts), "slots": numbers(kept),
            "answer": numbers(decode(kept, MEMORIES + 2, RIGHT)), "readBack": numbers(decode(kept, MEMORIES, []))})
        print(length, len(kept), sum(len(p) for p in parts))
(OUT / "expected.json").write_text(json.dumps(result))
