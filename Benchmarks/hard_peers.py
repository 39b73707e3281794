"""LLMLingua here beside the PyPI package, with the same model as scorer: how long a context takes, and what both keep.

    python3 Benchmarks/hard_peers.py .build/release/picbench MODEL-FOLDER TEXT-FILE [--ratio 2]

The package counts a context by a tokenizer that it fetches from the network; it is given the model's own in its place, so
that a rate of 1/2 is half of the same tokens. It splits nothing and drops no sentences, and picbench is asked for the same
(`llmlingua:coarse=false`). Seconds are medians of one context after another, on the same number of threads, one program after the other; what is kept
is compared as sequences of words, by the longest common subsequence.
"""
import argparse
import difflib
import json
import pathlib
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

from common import environment, machine

PACKAGES = ["llmlingua", "torch", "transformers"]


def compress(folder, texts, rate, threads):
    """The package's part: one JSON line a text; runs in the environment that has it."""
    import tiktoken
    import torch
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)

    class Own:
        def encode(self, text):
            return tokenizer.encode(text, add_special_tokens=False)

    tiktoken.encoding_for_model = lambda name: Own()
    from llmlingua import PromptCompressor

    torch.set_num_threads(threads)
    compressor = PromptCompressor(model_name=folder, device_map="cpu")
    options = dict(use_context_level_filter=False, use_sentence_level_filter=False)
    compressor.compress_prompt([texts[0]], rate=rate, **options)
    for text in texts:
        begin = time.perf_counter()
        kept = compressor.compress_prompt([text], rate=rate, **options)["compressed_prompt"]
        seconds = time.perf_counter() - begin
        print(json.dumps({"text": kept, "seconds": seconds, "ids": Own().encode(kept)}), flush=True)


def own(picbench, folder, texts, ratio, threads, place):
    """The same by picbench: what samples keep, and the latencies of compressing."""
    data = place / "texts.jsonl"
    data.write_text("\n".join(
        json.dumps({"id": f"{i}", "context": text, "question": "What is it about?", "answers": ["-"]})
        for i, text in enumerate(texts)))
    db = place / "own.sqlite"
    done = subprocess.run(
        [picbench, "run", "--model", folder, "--methods", "llmlingua:coarse=false", "--ratios", f"{ratio}", "--tasks", "qa",
         "--dataset", f"jsonl={data}", "--chat-template", "none", "--threads", str(threads), "--latency-samples",
         str(len(texts)), "--db", str(db)], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    rows = sqlite3.connect(db).execute(
        """SELECT sample.exampleID, text.content, compressSeconds FROM sample JOIN cell ON cell.id = sample.cellID
           JOIN text ON text.id = keptTextID
           JOIN latency ON latency.cellID = cell.id AND latency.exampleID = sample.exampleID
           WHERE methodID = 'llmlingua' ORDER BY sample.id""").fetchall()
    return [{"text": text, "seconds": seconds} for _, text, seconds in rows]


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("picbench")
    options.add_argument("model")
    options.add_argument("text")
    options.add_argument("--ratio", type=float, default=2)
    options.add_argument("--contexts", type=int, default=12)
    options.add_argument("--words", type=int, default=300)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--python", help="of an environment that has the packages")
    options.add_argument("--package", action="store_true", help=argparse.SUPPRESS)
    given = options.parse_args()
    words = pathlib.Path(given.text).read_text().split()
    first = len(words) // 3
    texts = [
        " ".join(words[first + i * given.words : first + (i + 1) * given.words]) for i in range(given.contexts)]
    if given.package:
        return compress(given.model, texts, 1 / given.ratio, given.threads)
    python = environment(given.python, PACKAGES)
    with tempfile.TemporaryDirectory(prefix="picbench-hard-") as place:
        place = pathlib.Path(place)
        here = own(given.picbench, given.model, texts, given.ratio, given.threads, place)
        done = subprocess.run(
            [python, __file__, given.picbench, given.model, given.text, "--package", "--ratio", str(given.ratio),
             "--contexts", str(given.contexts), "--words", str(given.words), "--threads", str(given.threads)],
            capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stderr[-2000:])
        there = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    print(f"{machine()}; {pathlib.Path(given.model).name}, {len(texts)} contexts of {given.words} words, ratio {given.ratio}")
    shares = []
    for ours, theirs in zip(here, there):
        a, b = ours["text"].split(), theirs["text"].split()
        same = sum(block.size for block in difflib.SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks())
        shares.append(same / max(len(a), len(b)))
    print(f"words that both keep, of the longer: {statistics.median(shares):.0%} (median), {min(shares):.0%} to {max(shares):.0%}")
    mine, peer = (statistics.median(one["seconds"] for one in many) for many in (here, there))
    print(f"seconds a context: {mine:.3f} here, {peer:.3f} there: {peer / mine:.1f} times as fast")


if __name__ == "__main__":
    main()
