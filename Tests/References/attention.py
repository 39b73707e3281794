"""Where memory rows look, by transformers: attention weights under a mask of our own, mean of layers and heads."""
import json
import pathlib

import torch
from transformers import AutoModelForCausalLM

OUT = pathlib.Path(__file__).parent.parent / "LanguageModelsTests" / "Fixtures"
TOKENS = [5, 17, 3, 3, 28, 9, 0, 1, 30]
POSITIONS = [0, 1, 2, 3, 4, 5, 6, 3, 6]
# Two rows at the end see the first token, a chunk of three each, and the memory before.
SEEN = {7: [0, 1, 2, 3, 7], 8: [0, 4, 5, 6, 7, 8]}

result = {"tokens": TOKENS, "positions": POSITIONS, "weights": {}}
for name in ["llama", "llama3-tied", "qwen3"]:
    model = AutoModelForCausalLM.from_pretrained(OUT / name, attn_implementation="eager", dtype=torch.float32)
    n = len(TOKENS)
    mask = torch.full((n, n), torch.finfo(torch.float32).min)
    for row in range(n):
        mask[row, SEEN.get(row, range(row + 1))] = 0
    with torch.no_grad():
        layers = model(torch.tensor([TOKENS]), position_ids=torch.tensor([POSITIONS]), attention_mask=mask[None, None],
                       output_attentions=True).attentions
    mean = torch.stack(layers).mean(dim=(0, 1, 2))
    result["weights"][name] = [[round(v, 8) for v in mean[row].tolist()] for row in SEEN]
(OUT / "attention.json").write_text(json.dumps(result) + "\n")
print(result)
