"""Logits and greedy tokens of the bundled model by transformers."""
import json
import pathlib

import torch
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM

ROOT = pathlib.Path(__file__).parent.parent.parent
FOLDER = ROOT / "Models" / "gazette-1m"
OUT = ROOT / "Tests" / "PicBenchTests" / "Fixtures" / "bundled.json"

model = AutoModelForCausalLM.from_pretrained(FOLDER, dtype=torch.float32).eval()
text = ("<bos>Anna Lund works as a baker. Lund was born in 1987. The Harvest Fair takes place every May."
        "<q>When was Lund born?<a>")
prompt = Tokenizer.from_file(str(FOLDER / "tokenizer.json")).encode(text).ids
with torch.no_grad():
    logits = model(torch.tensor([prompt])).logits[0, -1]
    generated = model.generate(torch.tensor([prompt]), max_new_tokens=8, do_sample=False)[0, len(prompt):].tolist()
generated = [t for t in generated if t != model.config.eos_token_id]
OUT.write_text(json.dumps({"prompt": prompt, "logits": [round(v, 6) for v in logits.tolist()], "generated": generated}))
print(generated, len(logits))
