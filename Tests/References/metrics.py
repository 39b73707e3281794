"""Scores of awkward texts by rouge-score, sacrebleu and transformers' copy of the SQuAD rules."""
import collections
import itertools
import json
import pathlib
import random

from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics import BLEU
from transformers.data.metrics.squad_metrics import compute_exact, compute_f1, get_tokens, normalize_answer

OUT = pathlib.Path(__file__).parent.parent / "MetricsTests" / "Fixtures" / "scores.json"

texts = [
    "", " ", "the", "a an the", ".", "!!!", "The cat", "cat", "a cat sat on the mat", "The cat sat on the mat.",
    "the cat, the dog and an owl", "on the mat sat a cat", "Denver Broncos", "denver  broncos!", "The Denver-Broncos",
    "U.S.A.", "USA", "3.14", "3,14 and 2.5", "1,000,000 people", "twenty-one", "10-year-old", "O'Neil's", "don't",
    "naïve café", "NAÏVE CAFÉ", "Straße", "STRASSE", "İstanbul", "東京 タワー", "東京", "Ωmega the ω", "a\u0301 b",
    "“quoted” text", "em—dash", "tab\tand\nnewline", "the\u00a0nbsp", "emoji 😀 here", "😀", "a_b the_c",
    "x" * 40, "one two three four five six seven eight nine ten", "ten nine eight seven six five four three two one",
    "one two three four five", "&quot;escaped&quot; &amp; &lt;tags&gt;", "a.b,c;d:e", "price: $5.00 (five)", "<skipped> x",
    "line-\nbreak", "1.", ".5", "5-", "an apple a day", "theatre", "Anna Berg works as a baker in Oslo.",
    "Anna Berg works as a baker in Bergen.", "Berg, Anna: Oslo, 1987.",
]
random.seed(1)
words = "the a an cat dog sat ran in on of Oslo Bergen 1987 3.5 , . ; - and to".split()
texts += [" ".join(random.choices(words, k=random.randint(1, 25))) for _ in range(40)]

pairs = [(a, [b]) for a, b in itertools.islice(itertools.product(texts[:57], repeat=2), 0, None, 11)]
pairs += [(random.choice(texts), random.sample(texts, random.randint(1, 4))) for _ in range(300)]

# Several sentences, a line each, for ROUGE-Lsum.
lines = ["\n".join(random.sample(texts[57:], random.randint(1, 4))) for _ in range(30)]
pairs += [(random.choice(lines), random.sample(lines, random.randint(1, 2))) for _ in range(60)]


def shares(gold, found):
    """Precision and recall as compute_f1 has them inside."""
    gold, found = get_tokens(gold), get_tokens(found)
    if not gold or not found:
        return (float(gold == found),) * 2
    same = sum((collections.Counter(gold) & collections.Counter(found)).values())
    return same / len(found), same / len(gold)


rouge = RougeScorer(["rouge1", "rouge2", "rougeL", "rougeLsum"])
bleu = BLEU(effective_order=True)
cases = []
for prediction, references in pairs:
    # The official script keeps references that hold an answer, and takes "" where there are none.
    answers = [r for r in references if normalize_answer(r)] or [""]
    scores = {
        "em": max(compute_exact(a, prediction) for a in answers),
        "f1": max(compute_f1(a, prediction) for a in answers),
        "bleu": bleu.sentence_score(prediction, references).score / 100,
    }
    best = max(answers, key=lambda a: compute_f1(a, prediction))
    scores["precision"], scores["recall"] = shares(best, prediction)
    for name in ("rouge1", "rouge2", "rougeL", "rougeLsum"):
        scores[name] = max(rouge.score(r, prediction)[name].fmeasure for r in references)
    cases.append({"prediction": prediction, "references": references, "scores": scores})
OUT.write_text(json.dumps(cases, ensure_ascii=False, indent=0))
print(OUT, len(cases), OUT.stat().st_size)
