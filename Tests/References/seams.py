"""Whether the tokens of whole prompts are transformers' own of the same text.

    python seams.py picbench smollm2 dev-v1.1.json > seams.txt

Prefix, context and question are encoded apart, so that methods can take the context's place; what that changes at
the seams is counted. Five real paragraphs, as a chat and in plain text, without and with worked examples.
"""
import json
import subprocess
import sys
import tempfile

from transformers import AutoTokenizer

program, folder, squad = sys.argv[1:]
tokenizer = AutoTokenizer.from_pretrained(folder)
articles = json.load(open(squad))["data"]
plain, shots = ["--chat-template", "none"], ["--shots", "3", "--shots-from", f"squad={squad}"]
for style in ([], shots, plain, plain + shots):
    for article in articles[::10][:5]:
        paragraph = article["paragraphs"][3]
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write(paragraph["context"])
            file.flush()
            shown = subprocess.run(
                [program, "generate", "--model", folder, "--context", file.name, "--question",
                 paragraph["qas"][0]["question"], "--show-prompt", "--json", *style],
                check=True, capture_output=True, text=True).stdout
        prompt = json.loads(shown)
        ours = prompt["prefix"] + prompt["context"] + prompt["suffix"]
        text = prompt["text"].replace("{context}", paragraph["context"])
        theirs = tokenizer(text, add_special_tokens=False).input_ids
        same = "the same" if ours == theirs else "different"
        name = ("plain text" if plain[0] in style else "chat") + (", 3 shots" if shots[0] in style else "")
        print(f"{name}:", article["title"], len(ours), "tokens,", len(theirs), "of transformers:", same)
        if ours != theirs:
            i = next((i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b), min(len(ours), len(theirs)))
            print("    from", i, tokenizer.convert_ids_to_tokens(ours[i : i + 4]), tokenizer.convert_ids_to_tokens(theirs[i : i + 4]))
