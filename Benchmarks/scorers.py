"""LLMLingua and Selective Context beside the packages of their authors: the same tokens kept, in what time.

    pip install torch "transformers<5" llmlingua selective-context
    python scorers.py PICBENCH MODEL DATASET [STORE]     # such as smollm2 squad=dev-v1.1.json

STORE keeps what ours measured, so that a second call goes on.

Both score with MODEL, in one thread, on the same 10 contexts of about 300 words. LLMLingua: tokens alone (no whole
sentences dropped first), in windows of 200 and of all tokens; as its code is, which compares a token's place with how
unlikely the token behind it is, and with each token's own. Selective Context: units of one token, so that no parser of
phrases is in the comparison; as its code is, sentence by sentence, and with all of a context before a token, as ours
reads.
"""
import collections
import importlib.machinery
import json
import math
import pathlib
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import types

executable, folder, dataset, *kept = sys.argv[1:]
OUT = pathlib.Path(__file__).parent / "scorers.json"
METHODS = ["llmlingua:coarse=false", "llmlingua:coarse=false:window=100000", "selective-context:unit=token"]
RATIOS = [2, 4]
# A cell's method, with what tells the two of LLMLingua apart.
NAME = """methodID || CASE json_extract(parameters, '$.window') WHEN 100000 THEN ', one window' ELSE '' END"""


def picbench(store):
    subprocess.run(
        [executable, "run", "--model", folder, "--dataset", dataset, "--tasks", "qa", "--methods", ",".join(METHODS),
         "--ratios", ",".join(map(str, RATIOS)), "--context-words", "300", "--documents", "10", "--limit", "10",
         "--chat-template", "none", "--latency-samples", "10", "--threads", "1", "--db", store], check=True)
    database = sqlite3.connect(store)
    rows = database.execute(
        f"""SELECT {NAME}, ratio, c.content, s.content
            FROM sample JOIN cell ON cell.id = cellID JOIN text AS c ON c.id = contextID
            JOIN text AS s ON s.id = keptSpansID WHERE role IS NULL""").fetchall()
    seconds = collections.defaultdict(list)
    for method, ratio, value in database.execute(
        f"SELECT {NAME}, ratio, compressSeconds FROM latency JOIN cell ON cell.id = cellID WHERE role IS NULL"):
        seconds[method, ratio].append(value)
    return rows, seconds


# What their packages load and what is not compared: GPT-4's tokenizer, a parser of phrases.
for name in ("spacy", "tiktoken"):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__spec__ = importlib.machinery.ModuleSpec(name, None)
sys.modules["tiktoken"].encoding_for_model = lambda _: types.SimpleNamespace(encode=lambda text: list(text.encode()))
import torch  # noqa: E402
from llmlingua import PromptCompressor  # noqa: E402
from selective_context import SelectiveContext  # noqa: E402

torch.set_num_threads(1)
compressor = PromptCompressor(model_name=folder, device_map="cpu")
tokenizer = compressor.tokenizer


class Selective(SelectiveContext):
    """Theirs with another model than GPT-2, and no phrases."""

    def __init__(self):
        self.sent_level_self_info, self.lang, self.device = True, "en", "cpu"
        self.sent_tokenize_pattern = r"(?<!\w\.\w.)(?<![A-Z][a-z]\.)(?<=\.|\?)\s"
        self.tokenizer, self.model = tokenizer, compressor.model
        self.get_self_information = self._get_self_info_via_gpt2

    def _calculate_lexical_unit(self, tokens, self_info):
        return [""], [0]


selective = Selective()


class Aligned(PromptCompressor):
    """Theirs, where a token stays if it is unlikely itself."""

    def __init__(self, other):
        self.__dict__.update(other.__dict__)

    def get_compressed_input(self, loss, *arguments, **named):
        # loss[i] is of token i + 1 and decides about token i.
        return super().get_compressed_input(torch.cat([loss[:1] * 0 + 1e9, loss[:-1]]), *arguments, **named)


aligned = Aligned(compressor)


@torch.no_grad()
def lingua(context, ratio, by=compressor, window=200):
    count = len(tokenizer(context, add_special_tokens=False).input_ids)
    ids, _ = by.iterative_compress_prompt(
        [context], math.ceil(count / ratio), iterative_size=min(window, count), dynamic_ratio=[0.0])
    return ids[0].tolist()


def informative(context, ratio, by_sentence):
    sentences = [context]
    if by_sentence:
        parts = re.split(selective.sent_tokenize_pattern, selective.beautify_context(context))
        sentences = [part.strip() for part in parts if part.strip()]
    unit = selective._lexical_unit(sentences)[2]
    selective.mask_ratio = 1 - 1 / ratio
    kept, _ = selective.self_info_mask(unit.text, unit.self_info, "token")
    return tokenizer(kept, add_special_tokens=False).input_ids


def kept_of_ours(context, spans):
    encoded = tokenizer(context, add_special_tokens=False, return_offsets_mapping=True)
    numbers = json.loads(spans)
    # Ours are bytes in pairs: begin, end.
    ranges = list(zip(numbers[::2], numbers[1::2]))
    start = [0]
    for character in context:
        start.append(start[-1] + len(character.encode()))
    inside = lambda low, high: any(begin < start[high] and start[low] < end for begin, end in ranges)
    return [i for i, (low, high) in zip(encoded.input_ids, encoded.offset_mapping) if inside(low, high)]


def same(ours, theirs):
    both = sum((collections.Counter(ours) & collections.Counter(theirs)).values())
    return both / max(len(ours), len(theirs), 1)


with tempfile.TemporaryDirectory() as scratch:
    rows, seconds = picbench(kept[0] if kept else f"{scratch}/scorers.sqlite")
result = {"model": pathlib.Path(folder).resolve().name, "dataset": dataset.split("/")[-1], "contexts": 10, "cells": []}
VARIANTS = {
    "llmlingua": [("as it is", lingua)],
    "llmlingua, one window": [
        ("as it is", lambda c, r: lingua(c, r, window=10**6)),
        ("each token by its own likelihood", lambda c, r: lingua(c, r, by=aligned, window=10**6))],
    "selective-context": [
        ("as it is, by sentence", lambda c, r: informative(c, r, True)),
        ("all of the context before a token", lambda c, r: informative(c, r, False))],
}
for ratio in RATIOS:
    for method, variants in VARIANTS.items():
        cells = [(c, s) for m, r, c, s in rows if m == method and r == ratio]
        contexts = dict(cells)
        for variant, theirs in variants:
            theirs(cells[0][0], ratio)
            times, shares = [], []
            for context, spans in contexts.items():
                begin = time.perf_counter()
                kept = theirs(context, ratio)
                times.append(time.perf_counter() - begin)
                shares.append(same(kept_of_ours(context, spans), kept))
            ours = statistics.median(seconds[method, ratio])
            result["cells"].append({
                "method": method, "package": variant, "ratio": ratio, "same": round(statistics.mean(shares), 3),
                "theirs_s": round(statistics.median(times), 3), "ours_s": round(ours, 3),
                "times_as_fast": round(statistics.median(times) / ours, 2)})
            print(result["cells"][-1], flush=True)
OUT.write_text(json.dumps(result, indent=1) + "\n")
