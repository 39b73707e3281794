"""What hard prompts go by, from transformers, rank_bm25 and networkx, and what the methods keep by it.

    pip install torch "transformers<5" rank_bm25 networkx
    python hard_prompts.py

Each pass here reads the whole text anew, without a cache. BM25's inverse document frequencies are set to Lucene's, which
rank_bm25 does not have.
"""
import collections
import json
import math
import pathlib
import re

import networkx
import numpy
import rank_bm25
import torch
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM

TESTS = pathlib.Path(__file__).parent.parent
BUNDLED = TESTS.parent / "Models" / "gazette-1m"
PREFIX = [1]
QUESTION = "Where was the violin of Anna Berg made?"
RESTRICTION = "We can get the answer to this question in the given documents."
SENTENCES = [
    "Anna Berg was born in Oslo in 1950.",
    "She is a violinist and lives in Bergen with her sister.",
    "The sister, Ida Berg, is a teacher of music at the old school in Bergen.",
    "Anna Berg plays a violin that was made in Cremona in 1714.",
    "It was a gift of the city of Oslo.",
    "Every summer the sisters travel to Vienna and play in the small concert hall by the river.",
    "In 1998 the hall was closed after a fire.",
    "The city built a new one, which opened in 2003 with a concert of Anna Berg.",
    "Her teacher, Karl Lund, came from Stockholm to hear it.",
    "Karl Lund was born in 1921 and taught the violin for fifty years.",
    "He said that the new hall sounds better than the old one.",
    "Ida Berg wrote a book about the hall, the river and the violin.",
]
RATIOS = [2, 4, 16]

model = AutoModelForCausalLM.from_pretrained(BUNDLED, dtype=torch.float32).eval()
# transformers' class would overrule the file where it says that a text begins with a space.
tokenizer = Tokenizer.from_file(str(BUNDLED / "tokenizer.json"))


def encode(text):
    return tokenizer.encode(text, add_special_tokens=False).ids


@torch.no_grad()
def surprisal(tokens, before):
    """-ln p of each token behind some others."""
    logits = model(input_ids=torch.tensor([before + tokens])).logits[0]
    losses = -torch.log_softmax(logits.double(), -1)
    return [losses[len(before) + i - 1, t].item() for i, t in enumerate(tokens)]


def mean(numbers):
    return sum(numbers) / len(numbers)


def ranked(units, scores):
    return [units[i] for i in sorted(range(len(units)), key=lambda i: (-scores[i], i))]


def fill(units, budget):
    return sorted([i for unit in units for i in unit][:budget])


def first(units, count):
    """The first units that have so many tokens together."""
    result, total = [], 0
    for unit in units:
        if total >= count:
            break
        result.append(unit)
        total += len(unit)
    return result


def llmlingua(tokens, sentences, information, budget, window, coarse):
    left = list(range(len(tokens)))
    if coarse and 2 * budget < len(tokens):
        order = ranked(sentences, [mean([information[i] for i in s]) for s in sentences])
        left = sorted(i for s in first(order, 2 * budget) for i in s)
    kept = []
    for start in range(0, len(left), window):
        part = left[start : start + window]
        scores = surprisal([tokens[i] for i in part], PREFIX + [tokens[i] for i in kept])
        if start == 0:
            scores[0] = math.inf
        share = math.ceil(budget * (start + len(part)) / len(left)) - len(kept)
        kept += sorted(ranked(part, scores)[:share])
    return kept


def longllmlingua(tokens, sentences, budget):
    asked = encode(f"\n{QUESTION} {RESTRICTION}")
    likelihoods = [-mean(surprisal(asked, PREFIX + [tokens[i] for i in s])) for s in sentences]
    chosen = first(ranked(sentences, likelihoods), 2 * budget)
    rate = budget / sum(map(len, chosen))
    shares, left = [], budget
    for rank, s in enumerate(chosen):
        wanted = min(max(rate + (1 - 2 * rank / len(chosen)) * 0.3, 0), 1) * len(s)
        shares.append(min(left, math.floor(wanted + 0.5)))
        left -= shares[-1]
    for i, s in enumerate(chosen):
        more = min(left, len(s) - shares[i])
        shares[i] += more
        left -= more
    kept, front = [], encode(f"{QUESTION}\n")
    for s, share in sorted(zip(chosen, shares)):
        if share:
            own, before = [tokens[i] for i in s], [tokens[i] for i in kept]
            without, with_question = surprisal(own, PREFIX + before), surprisal(own, PREFIX + front + before)
            kept += sorted(ranked(s, [a - b for a, b in zip(without, with_question)])[:share])
    return kept


def words(text):
    return re.findall(r"\w+", text.lower())


def bm25(texts, question):
    index = rank_bm25.BM25Okapi(texts, k1=1.2, b=0.75)
    found = collections.Counter(w for text in texts for w in set(text))
    index.idf = {w: math.log(1 + (len(texts) - n + 0.5) / (n + 0.5)) for w, n in found.items()}
    return index.get_scores(question).tolist()


def lexrank(texts):
    vocabulary = sorted({w for text in texts for w in text})
    counts = numpy.array([[text.count(w) for w in vocabulary] for text in texts], float)
    weights = counts * (numpy.log((1 + len(texts)) / (1 + (counts > 0).sum(0))) + 1)
    lengths = numpy.linalg.norm(weights, axis=1, keepdims=True)
    unit = weights / numpy.where(lengths > 0, lengths, 1)
    graph = networkx.from_numpy_array(unit @ unit.T)
    ranks = networkx.pagerank(graph, alpha=0.85, tol=1e-13, max_iter=10000)
    return [ranks[i] for i in range(len(texts))]


text = " ".join(SENTENCES)
tokens = encode(text)
pieces = [encode((" " if i else "") + s) for i, s in enumerate(SENTENCES)]
assert sum(pieces, []) == tokens
ends = numpy.cumsum([len(p) for p in pieces]).tolist()
sentences = [list(range(end - len(p), end)) for p, end in zip(pieces, ends)]
information = surprisal(tokens, PREFIX)
means = [mean([information[i] for i in s]) for s in sentences]
kept = []
for ratio in RATIOS:
    budget = math.ceil(len(tokens) / ratio)
    each = [[i] for i in range(len(tokens))]
    kept += [
        {"method": method, "ratio": ratio, "indices": indices}
        for method, indices in [
            ("selective-context:unit=token", fill(ranked(each, information), budget)),
            ("selective-context:unit=sentence", fill(ranked(sentences, means), budget)),
            ("llmlingua", llmlingua(tokens, sentences, information, budget, 200, True)),
            ("llmlingua:window=40", llmlingua(tokens, sentences, information, budget, 40, True)),
            ("llmlingua:window=40:coarse=false", llmlingua(tokens, sentences, information, budget, 40, False)),
            ("longllmlingua", longllmlingua(tokens, sentences, budget)),
        ]
    ]
bags = [words(s) for s in SENTENCES] + [[]]
result = {
    "prefix": PREFIX, "text": text, "question": QUESTION, "tokens": tokens, "kept": kept, "bags": bags,
    "bm25": bm25(bags, words(QUESTION)), "lexrank": lexrank(bags),
}
scores = {"prefix": PREFIX, "tokens": tokens, "surprisal": information}
for target, content in [("MethodsTests/Fixtures/hard-prompts.json", result), ("HardPromptsTests/Fixtures/surprisal.json", scores)]:
    out = TESTS / target
    out.parent.mkdir(exist_ok=True)
    rounded = json.loads(json.dumps(content), parse_float=lambda x: float(f"{float(x):.8g}"))
    out.write_text(json.dumps(rounded, separators=(",", ":")) + "\n")
    print(out.name, out.stat().st_size, "bytes")
