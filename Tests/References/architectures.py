"""Tiny checkpoints of architectures beyond Llama's kin, and what transformers computes with them.

As checkpoints.py: logits of two short sequences, of some positions up to 4,095 of a long one, and 64 greedy tokens; and
of each architecture the losses of three steps of AdamW with what the first step's gradients are like.
"""
import json
import pathlib
import shutil

import torch
from transformers import (AutoModelForCausalLM, Gemma3ForCausalLM, Gemma3TextConfig, GenerationConfig, GraniteConfig,
                          GraniteForCausalLM, Olmo2Config, Olmo2ForCausalLM, Phi3Config, Phi3ForCausalLM,
                          SmolLM3Config, SmolLM3ForCausalLM)

OUT = pathlib.Path(__file__).parent.parent / "LanguageModelsTests" / "Fixtures"
TOKENS = [[5, 17, 3, 3, 28, 9, 0, 1], [30, 2, 11, 4, 4, 8, 19, 7]]
LONG = [(i * i * 7 + i * 3 + 5) % 31 for i in range(4096)]
PLACES = [0, 1, 31, 32, 127, 128, 1000, 2047, 3000, 4094, 4095]
common = dict(vocab_size=31, hidden_size=24, intermediate_size=40, num_hidden_layers=4, num_attention_heads=4,
              num_key_value_heads=2, max_position_embeddings=256, bos_token_id=1, eos_token_id=2, pad_token_id=None)
two_layers = common | dict(num_hidden_layers=2)
factors = {"short_factor": [1.0, 1.5, 2.0], "long_factor": [1.25, 3.0, 8.0]}
kinds = {
    "gemma3": (Gemma3ForCausalLM, Gemma3TextConfig(
        **common, head_dim=8, query_pre_attn_scalar=24, sliding_window=5, tie_word_embeddings=False,
        layer_types=["sliding_attention", "sliding_attention", "full_attention", "sliding_attention"]), torch.float32),
    "gemma3-bf16": (Gemma3ForCausalLM, Gemma3TextConfig(
        **two_layers, head_dim=8, query_pre_attn_scalar=8, sliding_window=9, tie_word_embeddings=True,
        layer_types=["sliding_attention", "full_attention"], rope_parameters={
            "full_attention": {"rope_type": "linear", "rope_theta": 50000.0, "factor": 4.0},
            "sliding_attention": {"rope_type": "default", "rope_theta": 500.0}}), torch.bfloat16),
    "phi3": (Phi3ForCausalLM, Phi3Config(**two_layers, sliding_window=7, tie_word_embeddings=False), torch.float32),
    "phi4-mini": (Phi3ForCausalLM, Phi3Config(
        **two_layers | dict(hidden_size=32, max_position_embeddings=1024), original_max_position_embeddings=128,
        tie_word_embeddings=True, rope_parameters={
            "rope_type": "longrope", "rope_theta": 10000.0, "partial_rotary_factor": 0.75, **factors}), torch.bfloat16),
    "olmo2": (Olmo2ForCausalLM, Olmo2Config(**two_layers, tie_word_embeddings=False), torch.float32),
    "smollm3": (SmolLM3ForCausalLM, SmolLM3Config(**common), torch.float32),
    "smollm3-window": (SmolLM3ForCausalLM, SmolLM3Config(
        **two_layers, no_rope_layers=[0, 1], use_sliding_window=True, sliding_window=5, attention_bias=True,
        tie_word_embeddings=False), torch.float16),
    "granite": (GraniteForCausalLM, GraniteConfig(
        **two_layers, embedding_multiplier=12.0, residual_multiplier=0.22, attention_multiplier=0.2,
        logits_scaling=3.0, attention_bias=True, mlp_bias=True, tie_word_embeddings=False), torch.float32),
}

for name, (kind, config, dtype) in kinds.items():
    torch.manual_seed(5)
    model = kind(config).to(torch.float32)
    with torch.no_grad():
        for parameter, p in model.named_parameters():
            # Gemma adds 1 to what its norms store.
            p.normal_(1 if "norm" in parameter and "gemma" not in name else 0, 0.3)
    folder = OUT / "architectures" / name
    shutil.rmtree(folder, ignore_errors=True)
    model.to(dtype).save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)

# The dialects of transformers 4, which most published folders are in.
file = OUT / "architectures" / "gemma3-bf16" / "config.json"
config = json.loads(file.read_text())
rope = config.pop("rope_parameters")
full, local = rope["full_attention"], rope["sliding_attention"]
for field in ("layer_types", "tie_word_embeddings", "_sliding_window_pattern"):
    config.pop(field, None)
config |= {"sliding_window_pattern": 2, "rope_theta": full["rope_theta"], "rope_local_base_freq": local["rope_theta"],
           "rope_scaling": {"rope_type": "linear", "factor": full["factor"]}, "torch_dtype": config.pop("dtype")}
file.write_text(json.dumps(config, indent=2, sort_keys=True))
file = OUT / "architectures" / "phi4-mini" / "config.json"
config = json.loads(file.read_text())
config.pop("rope_parameters")
config |= {"rope_theta": 10000.0, "partial_rotary_factor": 0.75, "rope_scaling": {"type": "longrope", **factors},
           "torch_dtype": config.pop("dtype"),
           "auto_map": {"AutoConfig": "configuration_phi3.Phi3Config",
                        "AutoModelForCausalLM": "modeling_phi3.Phi3ForCausalLM", "AutoTokenizer": "Xenova/gpt-4o"}}
file.write_text(json.dumps(config, indent=2, sort_keys=True))


def opened(folder):
    """In float32, with Gemma's scale as it is in the numbers that the folder stores."""
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    if isinstance(model, Gemma3ForCausalLM):
        scale = model.model.embed_tokens.embed_scale
        scale.copy_(scale.to(kinds[folder.name][2]).float())
    return model


def loss_of(model):
    return model(torch.tensor(TOKENS), labels=torch.tensor(TOKENS)).loss


def trained(model):
    """Losses of three steps; of each first gradient its length and its product with cosines."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, betas=(0.9, 0.95), eps=1e-8, weight_decay=0)
    losses, gradients = [], {}
    for step in range(3):
        loss = loss_of(model)
        losses.append(loss.item())
        loss.backward()
        if step == 0:
            for name, p in model.named_parameters():
                g = p.grad.double().flatten()
                gradients[name] = [g.norm().item(), (g * torch.arange(len(g)).double().cos()).sum().item()]
        optimizer.step()
        model.zero_grad()
    return losses, gradients


result = {}
for folder in sorted(p for p in (OUT / "architectures").iterdir() if p.is_dir()):
    model = opened(folder)
    with torch.no_grad():
        short = model(torch.tensor(TOKENS)).logits
        long = model(torch.tensor([LONG])).logits[0, PLACES]
        greedy = model.generate(torch.tensor(TOKENS[:1]), generation_config=GenerationConfig(
            max_new_tokens=64, do_sample=False, eos_token_id=None))[0, len(TOKENS[0]):].tolist()
    losses, gradients = trained(opened(folder))
    round_all = lambda t: [float(f"{v:.7g}") for v in t.flatten().tolist()]
    result[folder.name] = {
        "short": round_all(short), "long": round_all(long), "greedy": greedy, "losses": losses,
        "gradients": {n: [float(f"{v:.6g}") for v in g] for n, g in gradients.items()}}
    size = sum(p.stat().st_size for p in folder.iterdir())
    print(folder.name, size, "scale", short.abs().max().item(), "greedy", len(set(greedy)), "losses", losses)
file = OUT / "architectures.json"
file.write_text(json.dumps({"tokens": TOKENS, "places": PLACES, "models": result}))
print(file.stat().st_size)
