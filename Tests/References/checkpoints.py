"""Tiny checkpoints of every supported kind, and what transformers computes with them.

Logits of two short sequences, of some positions up to 4,095 of a long one, and 64 greedy tokens. The
folders that models.py makes are measured too: run it first.
"""
import json
import pathlib
import shutil

import torch
from transformers import (AutoModelForCausalLM, GenerationConfig, LlamaConfig, LlamaForCausalLM, MistralConfig,
                          MistralForCausalLM, Qwen2Config, Qwen2ForCausalLM, Qwen3Config, Qwen3ForCausalLM)

OUT = pathlib.Path(__file__).parent.parent / "LanguageModelsTests" / "Fixtures"
TOKENS = [[5, 17, 3, 3, 28, 9, 0, 1], [30, 2, 11, 4, 4, 8, 19, 7]]
LONG = [(i * i * 7 + i * 3 + 5) % 31 for i in range(4096)]
PLACES = [0, 1, 31, 32, 255, 256, 1000, 2047, 3000, 4094, 4095]
common = dict(vocab_size=31, hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4,
              num_key_value_heads=2, max_position_embeddings=256, bos_token_id=1, eos_token_id=2, pad_token_id=None)


def rope(kind, **more):
    return {"rope_type": kind, "rope_theta": 10000.0, "factor": 4.0, **more}


kinds = {
    "llama-biased-yarn-bf16": (LlamaForCausalLM, LlamaConfig(
        **common, attention_bias=True, mlp_bias=True, tie_word_embeddings=False,
        rope_parameters=rope("yarn", original_max_position_embeddings=64)), torch.bfloat16),
    "llama-yarn-mscale": (LlamaForCausalLM, LlamaConfig(
        **common | dict(head_dim=16), tie_word_embeddings=False,
        rope_parameters=rope("yarn", original_max_position_embeddings=128, beta_fast=16.0, beta_slow=2.0, mscale=0.8,
                             mscale_all_dim=0.5, truncate=False)), torch.float32),
    "llama-dynamic": (LlamaForCausalLM, LlamaConfig(
        **common | dict(max_position_embeddings=32), tie_word_embeddings=False, rope_parameters=rope("dynamic")),
        torch.float32),
    "mistral-fp16": (MistralForCausalLM, MistralConfig(
        **common, head_dim=8, sliding_window=None, tie_word_embeddings=False), torch.float16),
    "mistral-window": (MistralForCausalLM, MistralConfig(
        **common, head_dim=8, sliding_window=5, tie_word_embeddings=False), torch.float32),
    "qwen2-window": (Qwen2ForCausalLM, Qwen2Config(
        **common, use_sliding_window=True, sliding_window=6, max_window_layers=1, tie_word_embeddings=False),
        torch.float32),
    "qwen3-biased-sharded-fp16": (Qwen3ForCausalLM, Qwen3Config(
        **common, head_dim=8, attention_bias=True, tie_word_embeddings=False), torch.float16),
}

for name, (kind, config, dtype) in kinds.items():
    torch.manual_seed(5)
    model = kind(config).to(torch.float32)
    with torch.no_grad():
        for parameter, p in model.named_parameters():
            p.normal_(1 if "norm" in parameter else 0, 0.3)
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    model.to(dtype).save_pretrained(folder, max_shard_size="6KB" if "sharded" in name else "1GB")
    (folder / "generation_config.json").unlink(missing_ok=True)

# The dialect of transformers 4, which most published folders are in.
file = OUT / "llama-yarn-mscale" / "config.json"
config = json.loads(file.read_text())
scaling = config.pop("rope_parameters")
config["rope_theta"] = scaling.pop("rope_theta")
scaling["type"] = scaling.pop("rope_type")
config["rope_scaling"] = scaling
config["torch_dtype"] = config.pop("dtype")
file.write_text(json.dumps(config, indent=2, sort_keys=True))
(OUT / "mistral-fp16" / "generation_config.json").write_text(json.dumps({"bos_token_id": 1, "eos_token_id": [2, 30]}))

result = {}
for folder in sorted(p for p in OUT.iterdir() if (p / "config.json").exists()):
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    with torch.no_grad():
        short = model(torch.tensor(TOKENS)).logits
        long = model(torch.tensor([LONG])).logits[0, PLACES]
        greedy = model.generate(torch.tensor(TOKENS[:1]), generation_config=GenerationConfig(
            max_new_tokens=64, do_sample=False, eos_token_id=None))[0, len(TOKENS[0]):].tolist()
    round_all = lambda t: [float(f"{v:.7g}") for v in t.flatten().tolist()]
    result[folder.name] = {"short": round_all(short), "long": round_all(long), "greedy": greedy}
    top = short.topk(2).values
    print(folder.name, "scale", short.abs().max().item(), "greedy", len(set(greedy)))
(OUT / "parity.json").write_text(json.dumps({"tokens": TOKENS, "places": PLACES, "models": result}))
print((OUT / "parity.json").stat().st_size)
