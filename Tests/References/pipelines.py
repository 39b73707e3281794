"""Tokenizers that cover every part that is read: ids and texts of mixed lines by tokenizers.

Two small models are trained here; a pipeline is one of them with other parts around.
"""
import json
import pathlib

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from hashes import hashes
from mixed_text import POOLS, lines

OUT = pathlib.Path(__file__).parent.parent / "TokenizersTests" / "Fixtures"
LINES, CHUNK = 1_500, 250
N, P, D, R = normalizers, pre_tokenizers, decoders, processors
BYTES = "trained-elsewhere"
PIECES = "trained-pieces"
WORDS = "trained-words"

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
GPT2_SHORT = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LONG, SHORT = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|", r"'(?i:[sdmt]|ll|ve|re)|"
REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LETTERS = r"[^\r\n\p{L}\p{N}]?\p{L}+|"
LLAMA3 = LONG + LETTERS + r"\p{N}{1,3}" + REST
QWEN2 = LONG + LETTERS + r"\p{N}" + REST
LLAMA3_SHORT = SHORT + LETTERS + r"\p{N}{1,3}" + REST
QWEN2_SHORT = SHORT + LETTERS + r"\p{N}" + REST
POSSESSIVE = SHORT + r"[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"


def train():
    """A SentencePiece-style model with byte fallback, and one that marks the insides and ends of words."""
    words = [w for pool in POOLS[:1] * 4 + POOLS[2:6] for w in pool]
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.pre_tokenizer = P.Metaspace()
    trainer = trainers.BpeTrainer(
        vocab_size=700, show_progress=False, limit_alphabet=120,
        special_tokens=["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)])
    tokenizer.train_from_iterator([" ".join(words)] * 2 + ["   ".join(words)], trainer)
    parts = json.loads(tokenizer.to_str())
    # A text in two forms that Swift takes for equal; added tokens are the pipelines' affair.
    vocabulary = parts["model"]["vocab"]
    for text in ["é", "e\u0301"]:
        vocabulary.setdefault(text, len(vocabulary))
    parts["added_tokens"] = []
    (OUT / f"{PIECES}.json").write_text(json.dumps(parts, ensure_ascii=False, separators=(",", ":")))

    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", continuing_subword_prefix="##", end_of_word_suffix="</w>"))
    tokenizer.pre_tokenizer = P.Split(Regex(GPT2), "isolated")
    tokenizer.train_from_iterator([" ".join(words)], trainers.BpeTrainer(
        vocab_size=400, show_progress=False, limit_alphabet=60, special_tokens=["<unk>"], continuing_subword_prefix="##",
        end_of_word_suffix="</w>"))
    parts = json.loads(tokenizer.to_str())
    parts["added_tokens"] = []
    (OUT / f"{WORDS}.json").write_text(json.dumps(parts, ensure_ascii=False, separators=(",", ":")))


def token(content, **flags):
    return AddedToken(content, **{"normalized": False, "special": True, **flags})


def byte_level(split=None, **options):
    level = P.ByteLevel(add_prefix_space=False, use_regex=split is None, **options)
    return {"pre_tokenizer": level if split is None else P.Sequence([split, level]), "decoder": D.ByteLevel()}


def words(regex, behavior="isolated", invert=False):
    return byte_level(P.Split(Regex(regex), behavior, invert))


SPACES = "▁"
LLAMA_DECODER = D.Sequence([D.Replace(SPACES, " "), D.ByteFallback(), D.Fuse(), D.Strip(" ", 1, 0)])
LLAMA2_OLD = N.Sequence([N.Prepend(SPACES), N.Replace(" ", SPACES)])
TEMPLATE = R.TemplateProcessing("<s> $A </s> </s>", special_tokens=[("<s>", 1), ("</s>", 2)])
MARKS = [token("<s>"), token("</s>")]

# name: (base, parts, options of the model, added tokens)
PIPELINES = {
    "gpt2": (BYTES, byte_level(), {}, []),
    "gpt2-prefix-space": (BYTES, {"pre_tokenizer": P.ByteLevel(add_prefix_space=True), "decoder": D.ByteLevel()}, {}, MARKS),
    "gpt2-regex": (BYTES, words(GPT2), {}, []),
    "gpt2-regex-short": (BYTES, words(GPT2_SHORT), {}, []),
    "llama3": (BYTES, words(LLAMA3), {"ignore_merges": True}, [token("<|endoftext|>")]),
    "llama3-removed-inverted": (BYTES, words(LLAMA3, "removed", True), {}, []),
    "llama3-short": (BYTES, words(LLAMA3_SHORT), {}, []),
    "llama3-possessive": (BYTES, words(POSSESSIVE), {}, []),
    "qwen2": (BYTES, {"normalizer": N.NFC(), **words(QWEN2)}, {}, []),
    "qwen2-short": (BYTES, {"normalizer": N.NFC(), **words(QWEN2_SHORT)}, {}, []),
    "smollm2": (BYTES, byte_level(P.Digits(individual_digits=True)) | {
        "pre_tokenizer": P.Sequence([P.Digits(individual_digits=True), P.ByteLevel(add_prefix_space=False)])}, {}, []),
    "digits-together": (BYTES, {"pre_tokenizer": P.Sequence([P.Digits(individual_digits=False), P.ByteLevel(add_prefix_space=False)]),
                                "decoder": D.ByteLevel()}, {}, []),
    "no-pre-tokenizer": (BYTES, {"pre_tokenizer": P.ByteLevel(add_prefix_space=False, use_regex=False), "decoder": D.ByteLevel()}, {}, []),
    "nfd": (BYTES, {"normalizer": N.NFD(), **byte_level()}, {}, []),
    "nfkc": (BYTES, {"normalizer": N.NFKC(), **byte_level()}, {}, []),
    "nfkd-lowercase-strip": (BYTES, {"normalizer": N.Sequence([N.NFKD(), N.Lowercase(), N.Strip()]), **byte_level()}, {}, []),
    "llama2-normalizer": (PIECES, {"normalizer": LLAMA2_OLD, "decoder": LLAMA_DECODER, "post_processor": TEMPLATE}, {}, MARKS),
    "llama2-metaspace-first": (PIECES, {"pre_tokenizer": P.Metaspace(prepend_scheme="first", split=False), "decoder": LLAMA_DECODER,
                                        "post_processor": TEMPLATE}, {}, MARKS),
    "metaspace-always-split": (PIECES, {"pre_tokenizer": P.Metaspace(prepend_scheme="always"), "decoder": D.Metaspace(prepend_scheme="always")},
                               {"byte_fallback": False}, MARKS),
    "metaspace-never": (PIECES, {"pre_tokenizer": P.Metaspace(prepend_scheme="never"), "decoder": D.Metaspace(prepend_scheme="never")},
                        {"byte_fallback": False, "fuse_unk": False}, []),
    "metaspace-first-strip": (PIECES, {"normalizer": N.Sequence([N.Strip(True, False), N.Replace("the", "")]),
                                       "pre_tokenizer": P.Metaspace(prepend_scheme="first"), "decoder": D.Metaspace(prepend_scheme="first")}, {}, MARKS),
    "no-unknown": (PIECES, {"pre_tokenizer": P.Metaspace()}, {"byte_fallback": False, "unk_token": None}, []),
    "fallback-unfused": (PIECES, {"normalizer": LLAMA2_OLD, "decoder": D.Sequence([D.ByteFallback(), D.Metaspace(), D.Fuse(), D.Strip("e", 2, 1)])},
                         {"fuse_unk": False}, []),
    "gemma": (PIECES, {"normalizer": N.Replace(" ", SPACES), "pre_tokenizer": P.Split(" ", "merged_with_previous"),
                       "decoder": D.Sequence([D.Replace(SPACES, " "), D.ByteFallback(), D.Fuse()])}, {}, []),
    "split-text-removed": (PIECES, {"pre_tokenizer": P.Split("e", "removed")}, {}, []),
    "split-text-removed-metaspace": (PIECES, {"pre_tokenizer": P.Sequence([P.Split("t", "removed"), P.Metaspace(prepend_scheme="first", split=False)])}, {}, []),
    "split-text-inverted": (PIECES, {"pre_tokenizer": P.Split("th", "removed", True)}, {}, []),
    "split-text-isolated": (PIECES, {"pre_tokenizer": P.Split(" ", "isolated")}, {}, []),
    "split-text-contiguous": (PIECES, {"pre_tokenizer": P.Split("0", "contiguous")}, {}, []),
    "split-text-next": (PIECES, {"pre_tokenizer": P.Split("an", "merged_with_next")}, {}, []),
    "subword-marks": (WORDS, {"pre_tokenizer": P.Split(Regex(GPT2), "isolated"), "decoder": D.Fuse()}, {}, []),
    "subword-marks-fallback": (WORDS, {"pre_tokenizer": P.Digits(), "decoder": D.Replace("</w>", "|")}, {"fuse_unk": True}, []),
    "added-tokens": (BYTES, byte_level(), {}, [
        token("<mask>", lstrip=True), token("<tag>", single_word=True), token("<unk>", rstrip=True), token("<|im_start|>", lstrip=True, rstrip=True),
        token("你好", special=False), token("the", special=False, single_word=True), token("   ", special=False), token("<|", special=False),
        token("<|im_end|>"), token("é", special=False, rstrip=True)]),
    "added-tokens-normalized": (BYTES, {"normalizer": N.Sequence([N.NFKC(), N.Lowercase()]), **byte_level()}, {}, [
        token("<TAG>", normalized=True, special=False), token("É", normalized=True, special=False), token("ﬁ", normalized=False, special=False),
        token("\u212B", normalized=True, special=False, lstrip=True), token("Of", normalized=True, special=False, single_word=True)]),
    "added-tokens-prepended": (PIECES, {"normalizer": LLAMA2_OLD, "decoder": LLAMA_DECODER}, {}, [
        token("<mask>", normalized=True, special=False), token("of", normalized=True, special=False), token("<tag>")]),
    "processors": (BYTES, {"pre_tokenizer": P.ByteLevel(), "decoder": D.ByteLevel(), "post_processor": R.Sequence([
        R.ByteLevel(trim_offsets=False), R.TemplateProcessing(
            "<s> $A </s> <|end|>", special_tokens=[("<s>", 0), ("</s>", 1), ("<|end|>", 2)])])}, {}, []),
}


def build(base, parts, options, added):
    root = json.loads((OUT / f"{base}.json").read_text())
    root.update({"normalizer": None, "pre_tokenizer": None, "post_processor": None, "decoder": None})
    root["model"].update(options)
    tokenizer = Tokenizer.from_str(json.dumps(root))
    for name, part in parts.items():
        setattr(tokenizer, name, part)
    for t in added:
        (tokenizer.add_special_tokens if t.special else tokenizer.add_tokens)([t])
    return tokenizer


def kinds():
    """What pre-tokenizers take for letters, numbers and spaces, seen by a model that marks the insides of words."""
    vocabulary = {t: i for i, t in enumerate(["<unk>", "a", "##a", "1", "##1", "'", "##'", " ", "## "])}
    result = {}
    for name, split in {"gpt2": P.Split(Regex(GPT2), "isolated"), "llama3": P.Split(Regex(LLAMA3), "isolated"),
                        "digits": P.Digits(individual_digits=False)}.items():
        tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="<unk>", continuing_subword_prefix="##"))
        tokenizer.pre_tokenizer = split
        texts = ["".join(f"a{c}a 1{c}1 '{c}" for c in map(chr, range(start, start + 64)) if not "\ud800" <= c <= "\udfff")
                 for start in range(0, 0x34000, 64)]
        result[name] = {"tokenizer": json.loads(tokenizer.to_str()), "ids": list(hashes((tokenizer.encode(t).ids for t in texts), 256))}
    return result


if __name__ == "__main__":
    train()
    texts = list(lines(LINES, seed=2))
    result = []
    for name, (base, parts, options, added) in PIPELINES.items():
        tokenizer = build(base, parts, options, added)
        root = json.loads(tokenizer.to_str())
        for part in ["vocab", "merges"]:
            del root["model"][part]
        ids = [tokenizer.encode(t).ids for t in texts]
        # Without a decoder the library joins with spaces.
        result.append({
            "name": name, "base": base, "parts": {k: root[k] for k in root if k not in ["version", "truncation", "padding"]},
            "ids": list(hashes(ids, CHUNK)), "texts": list(hashes((tokenizer.decode(i) for i in ids), CHUNK)),
            "textsWithSpecial": list(hashes((tokenizer.decode(i, skip_special_tokens=False) for i in ids), CHUNK)),
        })
        print(name, sum(map(len, ids)))
    (OUT / "pipelines.json").write_text(json.dumps(
        {"lines": LINES, "chunk": CHUNK, "pipelines": result, "kinds": kinds()}, ensure_ascii=False, separators=(",", ":")))
    for path in OUT.iterdir():
        print(path.name, path.stat().st_size)
