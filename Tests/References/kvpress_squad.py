"""Greedy answers behind the caches that NVIDIA's kvpress keeps, beside ours: a real model on SQuAD.

    picbench run --model smollm2 --dataset squad=dev-v1.1.json --tasks qa --ratios 2,4 --limit 100 --latency-samples 0 \
        --chat-template none --db kvpress.sqlite --methods knorm,keydiff,streaming-llm,streaming-llm:positions=kept,\
tova,snapkv,h2o,expected-attention,pyramidkv,adakv,kvzip
    pip install torch "transformers<5" && pip install --no-deps kvpress cachetools
    python transformers4.py smollm2 smollm2-4
    python kvpress_squad.py smollm2-4 kvpress.sqlite

Asked without worked examples, so that the context is all that either has in its cache: kvpress compresses what stands
before a context with it, ours leaves that as it is. Without a chat template too: its KVzip takes as many of the context's
first tokens as the template has before a message for the template, and never scores them.
"""
import json
import math
import pathlib
import sqlite3
import sys
import types

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, DynamicCache

import presses
import kvpress.presses.kvzip_press
from squad import f1, words

OUT = pathlib.Path(__file__).parent / "kvpress_squad.json"
MOST = 24


def contains(found, gold):
    return float(" ".join(words(gold)) in " ".join(words(found)))


@torch.no_grad()
def answer(name, press, context, question):
    for layer in model.model.layers:
        layer.self_attn.masked_key_indices = None
    model.set_attn_implementation("eager" if name == "h2o" else "sdpa")
    cache = DynamicCache()
    with press(model):
        model(input_ids=torch.tensor([context]), past_key_values=cache, output_attentions=name == "h2o")
    model.set_attn_implementation("sdpa")
    position = cache.layers[0].keys.shape[2] if name == "streaming-llm" else len(context)
    # transformers' mask of several tokens is that of the first layer, of which pyramidkv's others have less.
    steps = [[token] for token in question] if name == "pyramidkv" else [question]
    written = []
    while len(written) < MOST:
        for step in steps:
            places = torch.arange(position, position + len(step))[None]
            logits = model(input_ids=torch.tensor([step]), past_key_values=cache, position_ids=places).logits[0, -1]
            position += len(step)
        written.append(int(logits.argmax()))
        text = tokenizer.decode(written, skip_special_tokens=True)
        if written[-1] == tokenizer.eos_token_id or "\n" in text.lstrip():
            break
        steps = [written[-1:]]
    return tokenizer.decode(written, skip_special_tokens=True).strip().split("\n")[0]


def named(method, parameters):
    parameters = json.loads(parameters)
    return method + (":positions=kept" if parameters.get("positions") == "kept" else "")


folder, store = sys.argv[1:]
tokenizer = AutoTokenizer.from_pretrained(folder)
tokenizer.chat_template = None
kvpress.presses.kvzip_press.AutoTokenizer = types.SimpleNamespace(from_pretrained=lambda _: tokenizer)
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
database = sqlite3.connect(store)
cells = []
for cell, method, parameters, ratio in database.execute(
    "SELECT id, methodID, parameters, ratio FROM cell WHERE role IS NULL AND state = 'done' ORDER BY id"
).fetchall():
    name = named(method, parameters)
    pairs = []
    for example, after, context, ours, references in database.execute(
        """SELECT exampleID, json_extract(p.content, '$[1]'), c.content, prediction, "references"
            FROM sample JOIN text AS p ON p.id = promptID JOIN text AS c ON c.id = contextID
            WHERE cellID = ? ORDER BY exampleID""",
        [cell],
    ):
        tokens, question = (tokenizer(text, add_special_tokens=False).input_ids for text in (context, after))
        budget = math.ceil(len(tokens) / ratio)
        press = dict(presses.of(budget, len(tokens), whole=True))[name]()
        golds = json.loads(references)
        pairs.append((example, answer(name, press, tokens, question), ours, golds))
    mean = lambda measure, side: 100 * sum(max(measure(p[side], g) for g in p[3]) for p in pairs) / len(pairs)
    cells.append(
        {
            "method": name, "ratio": ratio, "count": len(pairs), "same": sum(p[1] == p[2] for p in pairs),
            "kvpress": {"f1": mean(f1, 1), "contains": mean(contains, 1)},
            "ours": {"f1": mean(f1, 2), "contains": mean(contains, 2)},
            "different": [{"id": p[0], "kvpress": p[1], "ours": p[2]} for p in pairs if p[1] != p[2]],
        }
    )
    print({k: v for k, v in cells[-1].items() if k != "different"}, flush=True)
    OUT.write_text(json.dumps({"model": "SmolLM2-135M-Instruct, in float32", "cells": cells}, ensure_ascii=False, indent=0))
