"""Tiny checkpoints by transformers; every gradient of one, and ten steps of PyTorch's optimisers."""
import json
import pathlib
import shutil

import torch
from transformers import (LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM, Qwen3Config,
                          Qwen3ForCausalLM)

OUT = pathlib.Path(__file__).parent.parent / "LanguageModelsTests" / "Fixtures"
TOKENS = [[5, 17, 3, 3, 28, 9, 0, 1], [30, 2, 11, 4, 4, 8, 19, 7]]
common = dict(vocab_size=31, hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4,
              num_key_value_heads=2, max_position_embeddings=256, bos_token_id=1, eos_token_id=2, pad_token_id=None)
llama3 = {"rope_type": "llama3", "rope_theta": 500.0, "factor": 4.0, "low_freq_factor": 1.0,
          "high_freq_factor": 4.0, "original_max_position_embeddings": 32}
linear = {"rope_type": "linear", "rope_theta": 10000.0, "factor": 2.0}
kinds = {
    "llama": (LlamaForCausalLM, LlamaConfig(**common, tie_word_embeddings=False), torch.float32),
    "llama3-tied": (LlamaForCausalLM, LlamaConfig(**common, tie_word_embeddings=True, rope_parameters=llama3),
                    torch.float32),
    "llama-linear-sharded-bf16": (LlamaForCausalLM, LlamaConfig(**common, tie_word_embeddings=False,
                                                                rope_parameters=linear), torch.bfloat16),
    "qwen2": (Qwen2ForCausalLM, Qwen2Config(**common, tie_word_embeddings=True), torch.float32),
    "qwen3": (Qwen3ForCausalLM, Qwen3Config(**common, tie_word_embeddings=True, head_dim=8), torch.float32),
}


def pack(t):
    return {"shape": list(t.shape), "values": [float(f"{v:.8g}") for v in t.detach().float().flatten().tolist()]}


def randomized(kind, config, dtype):
    torch.manual_seed(3)
    model = kind(config).to(torch.float32)
    with torch.no_grad():
        for name, p in model.named_parameters():
            p.normal_(1 if "norm" in name else 0, 0.2)
    return model.to(dtype)


def loss_of(model):
    return model(torch.tensor(TOKENS), labels=torch.tensor(TOKENS)).loss


def train(make_optimizers, steps=10):
    model = randomized(*kinds["llama"])
    optimizers = make_optimizers(model)
    losses = []
    for _ in range(steps):
        loss = loss_of(model)
        loss.backward()
        losses.append(loss.item())
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for o in optimizers:
            o.step()
        model.zero_grad()
    return {"losses": losses, "final": {n: pack(p) for n, p in model.named_parameters()
                                        if n in ("model.layers.0.self_attn.q_proj.weight", "model.norm.weight")}}


def adamw(parameters, rate):
    return torch.optim.AdamW(parameters, lr=rate, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1)


def muon_and_adamw(model):
    hidden = [p for n, p in model.named_parameters() if n.endswith("proj.weight")]
    rest = [p for n, p in model.named_parameters() if not n.endswith("proj.weight")]
    return [torch.optim.Muon(hidden, lr=0.02, weight_decay=0, momentum=0.95), adamw(rest, 0.01)]


result = {"tokens": TOKENS}
for name, (kind, config, dtype) in kinds.items():
    model = randomized(kind, config, dtype).eval()
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder, max_shard_size="6KB" if "sharded" in name else "1GB")
    (folder / "generation_config.json").unlink(missing_ok=True)

model = randomized(*kinds["llama"])
loss = loss_of(model)
loss.backward()
result["loss"] = loss.item()
result["gradients"] = {n: pack(p.grad) for n, p in model.named_parameters()}
result["adamw"] = train(lambda m: [adamw(m.parameters(), 0.01)])
# PyTorch's Muon iterates in bfloat16; ours in float32, so the reference is made to do so as well.
torch.Tensor.bfloat16 = lambda self: self
result["muon"] = train(muon_and_adamw)
(OUT / "llama.json").write_text(json.dumps(result))
print((OUT / "llama.json").stat().st_size, result["loss"], result["muon"]["losses"][-1], result["adamw"]["losses"][-1])
