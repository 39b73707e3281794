"""Files that are read, damaged in seeded ways: another result that is no worse than a line, or a refusal."""
import json
import pathlib
import shutil

from programs import MODEL, REPOSITORY

FIXTURES = REPOSITORY / "Tests" / "DatasetsTests" / "Fixtures"
ENGINE = REPOSITORY / "Tests" / "LanguageModelsTests" / "Fixtures"
GENERATE = ["generate", "--prompt-tokens", "5,9,12", "--max-new-tokens", "2", "--threads", "1"]


def mutate(data, draw):
    """Bytes changed, taken away, doubled, put in, or cut off; in text also a number or a word."""
    data = bytearray(data)
    # Beginnings decide most: headers, configurations, first records.
    reach = len(data) if draw.random() < 0.5 else min(len(data), 4096)
    for _ in range(draw.choice([1, 1, 2, 5, 20])):
        if not data:
            break
        at = draw.randrange(max(1, min(reach, len(data))))
        kind = draw.randrange(7)
        if kind == 0:
            data[at] = draw.randrange(256)
        elif kind == 1:
            data[at] ^= 1 << draw.randrange(8)
        elif kind == 2:
            del data[at:at + draw.choice([1, 2, 8, 100])]
        elif kind == 3:
            data[at:at] = data[at:at + draw.choice([1, 4, 64])]
        elif kind == 4:
            data[at:at] = draw.choice([b"\0", b"\xff\xfe", b'"', b"{", b"]", b"\n", b"1e999", b"-1", b"9" * 30,
                                       b"null", b"\\ud800", "\u202e".encode(), b"NaN", b"[" * 2000])
        elif kind == 5:
            end = min(len(data), at + draw.choice([8, 64]))
            data[at:end] = bytes(draw.choice([0, 255]) for _ in range(1)) * (end - at)
        else:
            del data[at:]
    return bytes(data)


class Kind:
    """Files of one kind, how a folder is made that has them, and what reads them."""

    def __init__(self, name, files, make, command):
        self.name, self.files, self.make, self.command = name, files, make, command


def copy(*paths):
    def make(place):
        for path in paths:
            if path.is_dir():
                shutil.copytree(path, place / path.name)
            else:
                shutil.copy(path, place / path.name)
    return make


def model_with_compressor(place):
    model = place / "model"
    model.mkdir()
    for name in ("config.json", "model.safetensors", "tokenizer.json"):
        shutil.copy(MODEL / name, model / name)
    shutil.copytree(MODEL / "compressors" / "pic", model / "compressors" / "pic")


def adapted(place):
    model_with_compressor(place)
    shutil.copytree(ENGINE / "adapters" / "ours", place / "ours")


def kinds(program, folder):
    store = folder / "reference.sqlite"
    program.run("run", "--methods", "pic,truncation", "--ratios", "4", "--tasks", "qa", "--limit", "10",
                "--latency-samples", "1", "--db", store, most=120)
    grid = ["run", "--methods", "truncation", "--ratios", "4", "--limit", "3", "--latency-samples", "0", "--threads", "1",
            "--skip-bad-rows"]
    recipe = folder / "recipe.json"
    recipe.write_text(json.dumps({
        "name": "c", "method": "pic", "seed": 3, "levels": [{"steps": 1, "ratios": [4], "subjects": [1]}],
        "contextTokensPerStep": 100, "readBackShare": 0.2, "questions": 2,
        "optimizer": {"muonRate": 0.006, "adamWRate": 0.0015, "clip": 1,
                      "schedule": {"shape": "linear", "warmUp": 1, "decay": 0.5, "floor": 0.02}},
        "evaluation": {"every": 50, "subjects": [1], "documents": 1, "ratios": [4]}, "checkpointEvery": 100}))
    result = [
        Kind("model", ["model/config.json", "model/model.safetensors", "model/tokenizer.json"], model_with_compressor,
             lambda p: [*GENERATE, "--model", p / "model"]),
        Kind("compressor", ["model/compressors/pic/compressor.json", "model/compressors/pic/memory.safetensors"],
             model_with_compressor,
             lambda p: ["run", "--model", p / "model", "--methods", "pic", "--ratios", "4", "--tasks", "qa", "--limit", "2",
                        "--latency-samples", "0", "--db", p / "r.sqlite"]),
        Kind("adapter", ["ours/adapter_config.json", "ours/adapter_model.safetensors"], adapted,
             lambda p: [*GENERATE, "--model", ENGINE / "llama", "--adapter", p / "ours"]),
        Kind("checkpoint", ["llama/config.json", "llama/model.safetensors"], copy(ENGINE / "llama"),
             lambda p: [*GENERATE, "--model", p / "llama"]),
        Kind("GGUF", ["tiny.gguf"], copy(REPOSITORY / "Tests" / "PicBenchTests" / "Fixtures" / "tiny.gguf"),
             lambda p: [*GENERATE, "--model", p / "tiny.gguf"]),
        Kind("results", ["reference.sqlite"], copy(store),
             lambda p: ["export", "markdown", "--db", p / "reference.sqlite"]),
        Kind("results", ["reference.sqlite"], copy(store),
             lambda p: ["merge", p / "reference.sqlite", "-o", p / "all.sqlite"]),
        Kind("recipe", ["recipe.json"], copy(recipe),
             lambda p: ["train", "compressor", "--method", "pic", "--name", "c", "--recipe", p / "recipe.json", "--output",
                        p / "out", "--db", p / "t.sqlite", "--threads", "1"]),
        Kind("template", ["template.jinja"],
             lambda p: (p / "template.jinja").write_text(
                 "{% for m in messages %}<a>{{ m['role'] }}: {{ m['content'] | trim }}</a>{% endfor %}"
                 "{% if add_generation_prompt %}<a>assistant:{% endif %}"),
             lambda p: ["generate", "--question", "Who?", "--show-prompt", "--chat-template", p / "template.jinja"]),
    ]
    formats = {"coqa": "coqa.json", "drop": "drop.json", "duorc": "duorc.json", "gsm8k": "gsm8k.jsonl",
               "hotpotqa": "hotpotqa.json", "longbench": "longbench.jsonl", "mrqa": "mrqa.jsonl",
               "pubmedqa": "pubmedqa.json", "qasper": "qasper.json", "qmsum": "qmsum.jsonl", "quac": "quac.json",
               "ruler": "ruler.jsonl", "scbench": "scbench.jsonl", "scitldr": "scitldr.jsonl", "squad": "squad.json",
               "jsonl": "own.jsonl", "csv": "own.csv"}
    for name, file in formats.items():
        extra = ["--fields", "context=context,question=question,answers=answers"] if name in ("jsonl", "csv") else []
        result.append(Kind(f"data {name}", [file], copy(FIXTURES / file),
                           lambda p, n=name, f=file, e=extra: [*grid, "--dataset", f"{n}={p / f}", *e, "--db", p / "r.sqlite"]))
    return result


def of_files(program, folder, count, draw):
    all_kinds = kinds(program, folder)
    refused = 0
    for number in range(count):
        kind = all_kinds[number % len(all_kinds)]
        place = folder / f"{number}"
        place.mkdir()
        kind.make(place)
        file = place / draw.choice(kind.files)
        file.write_bytes(mutate(file.read_bytes(), draw))
        kept = file.read_bytes()
        result = program.run(*kind.command(place), what=f"{kind.name} {number}: {file.name}", most=60)
        refused += result.status not in (0, None)
        if file.suffix != ".sqlite" and file.read_bytes() != kept:
            program.tally.fault("lost", f"{kind.name} {number}: {file.name} was changed by reading it")
        shutil.rmtree(place)
    return f"{count} damaged files of {len(all_kinds)} kinds, {refused} refused"
