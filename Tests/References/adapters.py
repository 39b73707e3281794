"""LoRA adapters by PEFT on the tiny Llama, and what PEFT computes with an adapter that picbench wrote.

The folder adapters/ours is written by `PICBENCH_ACCEPT=1 swift test -c release --filter AdapterTests`; run
this again after that.
"""
import json
import pathlib
import shutil

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM

FIXTURES = pathlib.Path(__file__).parent.parent / "LanguageModelsTests" / "Fixtures"
OUT = FIXTURES / "adapters"
TOKENS = [[5, 17, 3, 3, 28, 9, 0, 1], [30, 2, 11, 4, 4, 8, 19, 7]]
kinds = {
    "names": LoraConfig(r=3, lora_alpha=8, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"),
    "all-linear-rslora": LoraConfig(r=4, lora_alpha=6, target_modules="all-linear", use_rslora=True),
    "pattern": LoraConfig(r=2, lora_alpha=5, target_modules=r".*layers\.1\.(self_attn\.o|mlp\.down)_proj"),
}


def base():
    return AutoModelForCausalLM.from_pretrained(FIXTURES / "llama", dtype=torch.float32)


def logits(model):
    with torch.no_grad():
        return [float(f"{v:.7g}") for v in model.eval()(torch.tensor(TOKENS)).logits.flatten().tolist()]


result = {"tokens": TOKENS, "base": logits(base()), "logits": {}}
for name, config in kinds.items():
    torch.manual_seed(7)
    model = get_peft_model(base(), config)
    with torch.no_grad():
        for parameter, p in model.named_parameters():
            if "lora_" in parameter:
                p.normal_(0, 0.2)
    shutil.rmtree(OUT / name, ignore_errors=True)
    model.save_pretrained(OUT / name)
    (OUT / name / "README.md").unlink(missing_ok=True)
    result["logits"][name] = logits(PeftModel.from_pretrained(base(), OUT / name))
if (OUT / "ours").exists():
    result["logits"]["ours"] = logits(PeftModel.from_pretrained(base(), OUT / "ours"))
for name, values in result["logits"].items():
    print(name, max(abs(a - b) for a, b in zip(values, result["base"])))
(FIXTURES / "adapters.json").write_text(json.dumps(result))
