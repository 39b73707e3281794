"""The bytes that each token of mixed lines stands for, by tokenizers: for the pipelines and for real tokenizers.

    python offsets.py ../shared/data/tokenizers

The library counts characters, which are turned into bytes here. Post-processors, which trim offsets, are left out,
and so are lines in which a normal form joins characters: ours has the range of all of them.
"""
import json
import pathlib
import sys
import unicodedata

from tokenizers import Tokenizer

from hashes import hashes
from mixed_text import lines
from pipelines import OUT, PIPELINES, build

LINES, CHUNK = 1_500, 250
# The library falls behind where it drops a character; ours does not.
DIFFERENT = ["no-unknown", "torchtitan_test"]


def of(tokenizer, text):
    """The ids of a text and [begin, end] of each token, in bytes."""
    ends = [0]
    for c in text:
        ends.append(ends[-1] + len(c.encode()))
    encoding = tokenizer.encode(text, add_special_tokens=False)
    return encoding.ids, [[ends[begin], ends[end]] for begin, end in encoding.offsets]


def is_joined(tokenizer, text):
    """Whether a normalizer changes a text in another way than character by character."""
    return any(form in str(tokenizer.normalizer) and unicodedata.normalize(form, text)
               != "".join(unicodedata.normalize(form, c) for c in text) for form in ["NFC", "NFD", "NFKC", "NFKD"])


def record(tokenizer, texts):
    tokenizer.post_processor = None
    skipped = [i for i, t in enumerate(texts) if is_joined(tokenizer, t)]
    flat = ([n for pair in of(tokenizer, t)[1] for n in pair] for i, t in enumerate(texts) if i not in set(skipped))
    return {"skipped": skipped, "offsets": list(hashes(flat, CHUNK))}


def real():
    for folder in sorted(pathlib.Path(sys.argv[1]).iterdir()):
        if (folder / "tokenizer.json").exists():
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            tokenizer.no_truncation()
            yield folder.name, tokenizer


texts = list(lines(LINES, seed=2))
result = {
    "lines": LINES, "chunk": CHUNK,
    "pipelines": {n: record(build(*parts), texts) for n, parts in PIPELINES.items() if n not in DIFFERENT},
    "tokenizers": {n: record(t, texts) for n, t in real() if n not in DIFFERENT},
}
(OUT / "offsets.json").write_text(json.dumps(result, separators=(",", ":")))
print({k: len(v["skipped"]) for kind in ["pipelines", "tokenizers"] for k, v in result[kind].items()})
