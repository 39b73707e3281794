"""Greedy answers of transformers to the prompts of a run's `none` cell, scored by the SQuAD rules.

    picbench run --model smollm2 --dataset squad=dev-v1.1.json --tasks qa --methods truncation --ratios 4 \
        --limit 200 --shots 3 --chat-template none --db shots.sqlite
    python shots.py smollm2 shots.sqlite

A prompt's text is what the store has of it. Its tokens here are transformers' own of the whole text, so that
what the seams around the context cost is in the comparison.
"""
import copy
import json
import pathlib
import sqlite3
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, DynamicCache

from squad import f1, words

OUT = pathlib.Path(__file__).parent / "shots.json"
MOST = 24


folder, store = sys.argv[1:]
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
rows = sqlite3.connect(store).execute(
    """SELECT exampleID, p.content, c.content, prediction, "references", contextTokens,
            (SELECT value FROM sampleMetric WHERE sampleID = sample.id AND metric = 'em'),
            (SELECT value FROM sampleMetric WHERE sampleID = sample.id AND metric = 'f1')
        FROM sample JOIN cell ON cell.id = cellID JOIN text AS p ON p.id = promptID
            JOIN text AS c ON c.id = contextID
        WHERE methodID = 'none' AND taskID = 'qa' ORDER BY exampleID"""
).fetchall()
texts = [json.loads(row[1])[0] + row[2] + json.loads(row[1])[1] for row in rows]
prompts = [tokenizer(text, add_special_tokens=False, return_tensors="pt").input_ids for text in texts]
# The worked examples are the same in front of all: they are read once.
shared = next(i for i in range(prompts[0].shape[1]) if len({p[0, i].item() for p in prompts if p.shape[1] > i}) > 1)
start = DynamicCache()
with torch.no_grad():
    model(input_ids=prompts[0][:, :shared], past_key_values=start)
samples = []
for ids, (example, _, _, ours, references, _, em, own_f1) in zip(prompts, rows):
    with torch.no_grad():
        out = model.generate(
            ids, past_key_values=copy.deepcopy(start), max_new_tokens=MOST, do_sample=False, pad_token_id=0
        )[0, ids.shape[1] :]
    # Where theirs begins with a line end, which ends ours, what stands behind it is taken.
    text = tokenizer.decode(out, skip_special_tokens=True).strip().split("\n")[0]
    golds = json.loads(references)
    samples.append(
        {
            "id": example, "theirs": text, "ours": ours,
            "em": max(float(words(text) == words(g)) for g in golds), "f1": max(f1(text, g) for g in golds),
            "ourEM": em, "ourF1": own_f1,
        }
    )
    print(len(samples), example, repr(text), repr(ours), flush=True)
mean = lambda key: 100 * sum(s[key] for s in samples) / len(samples)
result = {
    "model": "SmolLM2-135M-Instruct, computed in float32", "shots": 3, "count": len(samples),
    "same": sum(s["theirs"] == s["ours"] for s in samples),
    "theirs": {"em": mean("em"), "f1": mean("f1")}, "ours": {"em": mean("ourEM"), "f1": mean("ourF1")},
    "samples": samples,
}
OUT.write_text(json.dumps(result, ensure_ascii=False, indent=0))
print({k: v for k, v in result.items() if k != "samples"})
