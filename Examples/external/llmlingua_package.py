"""LLMLingua as its authors wrote it: `pip install llmlingua "transformers<5"` (tried with 0.2.2 and 4.57), then

    picbench run --methods Examples/external/llmlingua.json --ratios 2,4

With a network: the package fetches GPT-4's tokenizer when it is opened, and a model that is named and not a folder.
The package counts tokens of a model of its own and meets a rate about, so that it is asked again for less until what it
keeps fits into the budget, which the harness counts in the decoder's tokens.
"""

import argparse
import importlib.metadata
import json
import sys

from llmlingua import PromptCompressor

parser = argparse.ArgumentParser()
parser.add_argument("--model", default="gpt2", help="a causal model that says which tokens are expected")
options = parser.parse_args()

# Packages print what they like; the protocol gets standard output for itself.
output, sys.stdout = sys.stdout, sys.stderr


def say(**message):
    print(json.dumps(message), file=output, flush=True)


def count(text):
    """Tokens of a text, as the harness counts them."""
    say(type="tokenize", text=text)
    return len(json.loads(sys.stdin.readline())["tokens"])


def compress(compressor, text, length, budget):
    """The longest text that fits into the budget, of a few that are tried."""
    rate = budget / length
    for _ in range(6):
        kept = compressor.compress_prompt(text, rate=min(1.0, rate))["compressed_prompt"]
        tokens = count(kept)
        if tokens <= budget:
            return kept
        rate *= 0.95 * budget / tokens
    words = kept.split()
    while words and count(" ".join(words)) > budget:
        del words[-max(1, len(words) // 20) :]
    return " ".join(words)


say(
    type="hello", protocol=1, name="LLMLingua (package)", wants=["text"], returns="text",
    version=f"llmlingua {importlib.metadata.version('llmlingua')}, {options.model}",
    paper="https://arxiv.org/abs/2310.05736",
    summary="Keeps the tokens that a small model expects least.",
    loses="Sentences that are likely as a whole, then tokens that those before them suggest.",
)
compressor = None
for line in sys.stdin:
    message = json.loads(line)
    if message["type"] == "open":
        # Behind the hello: whoever only asks what this is need not wait for the model.
        compressor = PromptCompressor(model_name=options.model, device_map="cpu")
        say(type="ready")
    elif message["type"] == "compress":
        kept = compress(compressor, message["text"], message["length"], message["budget"])
        say(type="kept", id=message["id"], text=kept)
