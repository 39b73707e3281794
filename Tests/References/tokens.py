"""Token ids of awkward texts by tokenizers, for a vocabulary that it trained and for the bundled one."""
import json
import pathlib

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

ROOT = pathlib.Path(__file__).parent.parent
OUT = ROOT / "TokenizersTests" / "Fixtures"

corpus = [
    "The quick brown fox jumps over the lazy dog. " * 3, "It's 1984, and we're reading; they'd said 'no'.",
    "naïve café déjà-vu Ωmega 東京タワー", "def f(x):\n    return x ** 2\n\n\tprint(f(3))", "12345 67890 3.14159",
] * 4
tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.decoder = decoders.ByteLevel()
tokenizer.train_from_iterator(corpus, trainers.BpeTrainer(
    vocab_size=420, special_tokens=["<s>", "</s>", "<|end|>"], show_progress=False,
    initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
tokenizer.save(str(OUT / "trained-elsewhere.json"), pretty=False)

texts = [
    "", " ", "  ", "a", " a", "The quick brown fox", "the  quick   fox ", "\n", "\n\n  \n", "tab\t\tx", "It's we'll they'd I'M",
    "naïve café", "e\u0301", "東京タワー", "😀👍🏽", "<s>The</s> fox<|end|>", "a<s>", "<s", "12345", "x1y2", "3.14,15", "½ Ⅷ ²",
    "don't 're 've", "....!?", "a_b-c", "\u00a0nbsp\u00a0", "\u3000wide", "\r\n crlf \r\n", "\x00\x01", "ﬀ ligature",
    "Ünïcödé ÀÉÎ", "मानक हिन्दी", "العربية", "ไทย", "a\u200db", "mixed東京text", " leading and trailing ",
    "def f(x):\n    return x ** 2", "'", "''s", "'S", "🇳🇴 flag", "Anna Berg works as a baker in Oslo.",
    "<bos>Anna Berg.<q>Where does Berg work?<a> Oslo<eos>", "<q> <a>\n",
]
result = {}
for name, path in {"trained-elsewhere": OUT / "trained-elsewhere.json",
                   "gazette-1m": ROOT.parent / "Models" / "gazette-1m" / "tokenizer.json"}.items():
    reference = Tokenizer.from_file(str(path))
    # The bundled one puts a space in front of every piece between special tokens, as tokenizers does.
    result[name] = [
        {"text": t, "ids": e.ids, "decoded": reference.decode(e.ids)}
        for t in texts for e in [reference.encode(t, add_special_tokens=False)]
    ]
(OUT / "ids.json").write_text(json.dumps(result, ensure_ascii=False, indent=0))
print({k: len(v) for k, v in result.items()}, (OUT / "ids.json").stat().st_size)
