"""Ids and texts of 12,000 mixed lines by tokenizers, for the real tokenizers in a folder.

    python real_tokenizers.py ../shared/data/tokenizers

The folder holds one folder a tokenizer; the tests read it where it is beside the checkout.
"""
import json
import pathlib
import sys

import transformers
from tokenizers import Tokenizer

from hashes import hashes
from mixed_text import lines

OUT = pathlib.Path(__file__).parent.parent / "TokenizersTests" / "Fixtures" / "real-tokenizers.json"
LINES, CHUNK = 12_000, 500

result = {}
texts = list(lines(LINES))
for folder in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    if (folder / "tokenizer.json").exists():
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_truncation()
    elif (folder / "vocab.json").exists():
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder)._tokenizer
    else:
        continue
    ids = [tokenizer.encode(t, add_special_tokens=False).ids for t in texts]
    decoded = [tokenizer.decode(i, skip_special_tokens=False) for i in ids]
    result[folder.name] = {
        "ids": list(hashes(ids, CHUNK)), "texts": list(hashes(decoded, CHUNK)),
        "special": tokenizer.encode("a").ids, "lossless": decoded == texts,
    }
    print(folder.name, sum(map(len, ids)), sum(a == b for a, b in zip(decoded, texts)), result[folder.name]["special"])
OUT.write_text(json.dumps({"lines": LINES, "chunk": CHUNK, "tokenizers": result}, indent=0))
