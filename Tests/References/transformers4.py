"""A Llama's folder that transformers 5 saved, for transformers 4, which passes over where 5 writes the rotary base.

    python transformers4.py FOLDER NEW
"""
import json
import pathlib
import sys

old, new = map(pathlib.Path, sys.argv[1:])
new.mkdir()
for file in old.resolve().iterdir():
    if file.is_file():
        (new / file.name).symlink_to(file)


def write(name, content):
    (new / name).unlink()
    (new / name).write_text(json.dumps(content, indent=1))


config = json.loads((old / "config.json").read_text())
rotary = config.pop("rope_parameters")
if rotary["rope_type"] != "default":
    sys.exit(f"{old} has the rotary embedding {rotary}, of which this knows nothing")
write("config.json", config | {"rope_theta": rotary["rope_theta"]})
tokenizer = json.loads((old / "tokenizer_config.json").read_text())
write("tokenizer_config.json", tokenizer | {"tokenizer_class": "PreTrainedTokenizerFast"})
