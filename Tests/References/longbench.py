"""LongBench's prompts and limits, and what its measures make of hand-made and real outputs.

    python longbench.py DATA

DATA has LongBench's own files (longbench/), SciTLDR and QMSum. The measures are those of LongBench's evaluation, by
the same packages: rouge, fuzzywuzzy with python-Levenshtein. Words of Chinese outputs are those of UAX #29 (uniseg),
which picbench counts; what the words of jieba make of the same outputs is printed beside them.
"""
import collections
import json
import pathlib
import random
import re
import string
import sys

import jieba
from fuzzywuzzy import fuzz
from rouge import Rouge
from uniseg.wordbreak import words as unicode_words

data = pathlib.Path(sys.argv[1])
tests = pathlib.Path(__file__).parent.parent
random.seed(1)

PUNCTUATION = set(string.punctuation) | set(
    "！？｡。＂＃＄％＆＇（）＊＋，－／：；＜＝＞＠［＼］＾＿｀｛｜｝～｟｠｢｣､、〃》「」『』【】〔〕〖〗〘〙〚〛〜〝〞〟〰〾〿–—‘’‛“”„‟…‧﹏.")


# The measures.

def f1(found, gold):
    same = sum((collections.Counter(found) & collections.Counter(gold)).values())
    return 2 * same / (len(found) + len(gold)) if same else 0.0


def english(text):
    text = "".join(c for c in text.lower() if c not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", text).split()


def chinese(text, cut):
    words = ("".join("".join(c for c in word.lower() if c not in PUNCTUATION).split()) for word in cut(text))
    return [word for word in words if word]


def rouge_l(output, gold):
    try:
        return Rouge().get_scores([output], [gold], avg=True)["rouge-l"]["f"]
    except ValueError:  # One of them has no sentence.
        return 0.0


def numbers(output, gold):
    found = re.findall(r"\d+", output)
    return found.count(gold) / len(found) if found else 0.0


def label(output, gold, classes):
    named = [c for c in classes if c in output]
    for c in named:  # The list is changed while it is gone through, as in LongBench.
        if c in gold and c != gold:
            named.remove(c)
    return 1 / len(named) if gold in named else 0.0


def code(output, gold):
    lines = output.lstrip("\n").split("\n")
    line = next((l for l in lines if not any(mark in l for mark in ("`", "#", "//"))), "")
    return fuzz.ratio(line, gold) / 100


def measure(subset, output, gold, classes, cut):
    if subset in ("trec", "triviaqa", "samsum", "lsht"):
        output = output.lstrip("\n").split("\n")[0]
    if subset == "multifieldqa_zh":
        return f1(chinese(output, cut), chinese(gold, cut))
    if subset in ("dureader", "vcsum"):
        return rouge_l(" ".join(cut(output)), " ".join(cut(gold)))
    if subset in ("gov_report", "qmsum", "multi_news", "samsum"):
        return rouge_l(output, gold)
    if subset in ("trec", "lsht"):
        return label(output, gold, classes)
    if subset in ("passage_retrieval_en", "passage_retrieval_zh"):
        return numbers(output, re.search(r"(?:Paragraph |段落)(\d+)", gold)[1])
    if subset == "passage_count":
        return numbers(output, gold)
    if subset in ("lcc", "repobench-p"):
        return code(output, gold)
    return f1(english(output), english(gold))


# Outputs and references.

cases = []


def add(subset, output, references, classes=()):
    score = max(measure(subset, output, gold, classes, unicode_words) for gold in references)
    case = {"subset": subset, "output": output, "references": references, "score": score}
    cases.append(case | ({"classes": classes} if classes else {}))


f1_sets = ["narrativeqa", "qasper", "multifieldqa_en", "hotpotqa", "2wikimqa", "musique", "triviaqa"]
for output, gold in [
        ("unanswerable", "unanswerable"), ("Unanswerable.", "unanswerable"), ("unanswerable", "yes"), ("", "the"),
        ("the", "the"), ("", "Oslo"), ("Yes", "yes."), ("a_b the_c", "a_b c"), ("naïve the café", "Naïve café!")]:
    add("qasper", output, [gold])

# Summaries, of several people and of one meeting.
with open(data / "scitldr/test.jsonl") as file:
    papers = [json.loads(line)["target"] for line in file]
several = [paper for paper in papers if len(paper) > 2][:25]
for i, paper in enumerate(several):
    add(f1_sets[i % 7], f"\n{paper[0]}\nQuestion: {paper[1]}", paper[1:])
    add(["gov_report", "qmsum", "multi_news", "samsum"][i % 4], paper[0], paper[1:])
    add(["gov_report", "qmsum", "multi_news", "samsum"][i % 4], "\n" + "\n".join(paper[1:]), paper[:1])
with open(data / "qmsum/test.first10.jsonl") as file:
    meetings = [json.loads(line) for line in file][:5]
for meeting in meetings:
    add("gov_report", " ".join(q["answer"] for q in meeting["specific_query_list"][:3]),
        [meeting["general_query_list"][0]["answer"]])
for output, gold in [
        ("", "One."), ("...", "One."), (" ", "One."), (" . ", "One. "), ("a. a. a b", "b a. c a"), ("It is 3.5 m.", "3.5"),
        ("a b c d e", "e d c b a"), ("the cat sat. the dog ran.", "the dog sat. the cat ran"), ("x.\n\ny.\n", "y. x.\n")]:
    add("multi_news", output, [gold])

# Chinese, from the documents and answers of the first forty records of multifieldqa_zh.
with open(data / "longbench/multifieldqa_zh.first40.jsonl") as file:
    records = [json.loads(line) for line in file]


def nearest(record, words):
    """The document's sentence that shares most with some words."""
    wanted = chinese(words, list)
    sentences = [s.strip() for s in re.split(r"(?<=[。！？\n])", record["context"]) if 4 < len(s) < 120]
    return max(sentences, key=lambda s: f1(chinese(s, list), wanted))


apart = collections.defaultdict(list)
for i, record in enumerate(records):
    question, golds = record["input"], record["answers"]
    answers = [
        golds[0], golds[0][: len(golds[0]) // 2 + 1], records[(i + 7) % 40]["answers"][0],
        question.rstrip("？?") + golds[0]]
    # Sentences of the documents are scored here alone: they are other people's.
    for output in answers[1:] + [nearest(record, question + golds[0]), nearest(record, question)]:
        for subset in ("multifieldqa_zh", "dureader"):
            apart[subset].append([
                max(measure(subset, output, gold, [], cut) for gold in golds) for cut in (unicode_words, jieba.lcut)])
    for subset, output in zip(["multifieldqa_zh", "multifieldqa_zh", "dureader", "vcsum"], answers[i % 2 :] * 2):
        add(subset, output, golds)
for subset, both in apart.items():
    ours, theirs = (sum(scores) / len(both) for scores in zip(*both))
    distance = sum(abs(a - b) for a, b in both) / len(both)
    print(f"{subset}: {len(both)} outputs, UAX #29 {ours:.3f}, jieba {theirs:.3f}, apart by {distance:.3f} each")

# Labels, of which some are parts of others.
classes = ["Entity", "Definition", "Definition of something", "Date", "City", "Other city", "Other entity", "Person",
           "Description of a person", "person"]
lsht = ["体育", "财经", "财经体育", "社会"]
for subset, labels in (("trec", classes), ("lsht", lsht)):
    for _ in range(40):
        output = random.choice(["", "\n", "\n\n"]) + random.choice([" ", ", ", ""]).join(
            random.choices(labels, k=random.randint(0, 4))) + random.choice(["", "\nQuestion: City"])
        add(subset, output, random.choices(labels, k=1), labels)

# Numbers.
for _ in range(20):
    number = random.randint(1, 30)
    said = [str(random.choice([number, number, number * 10, random.randint(1, 30)])) for _ in range(random.randint(0, 3))]
    add("passage_count", " or ".join(said), [str(number)])
    add("passage_retrieval_en", "".join(f"Paragraph {n}. " for n in said), [f"Paragraph {number}"])
    add("passage_retrieval_zh", "，".join(f"段落{n}" for n in said), [f"段落{number}"])
add("passage_count", "٣ and 3 and ３", ["3"])

# Code: this script's own lines, changed.
lines = [l for l in pathlib.Path(__file__).read_text().split("\n") if len(l) > 12 and "#" not in l and "`" not in l]
for _ in range(40):
    gold = random.choice(lines)
    changed = list(gold)
    for _ in range(random.randint(0, 12)):
        place = random.randrange(len(changed))
        changed[place : place + random.randint(0, 3)] = random.choice(["", "x", "()", "字"])
        changed = changed or [" "]
    before = random.choice(["", "\n", "\n\n", "# a comment\n", "```python\n", "// a comment\n# another\n", "\n \n"])
    add(random.choice(["lcc", "repobench-p"]), before + "".join(changed) + random.choice(["", "\nreturn 1"]), [gold])
for output in ["", "# only\n// comments", "x", "xy"]:
    add("lcc", output, ["x"])

out = tests / "MetricsTests/Fixtures/longbench.json"
out.write_text("[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases) + "\n]\n")
print(out.name, len(cases), out.stat().st_size, collections.Counter(case["subset"] for case in cases))

prompts = json.loads((data / "longbench/dataset2prompt.json").read_text())
limits = json.loads((data / "longbench/dataset2maxlen.json").read_text())
out = tests / "TasksTests/Fixtures/longbench.json"
out.write_text(json.dumps(
    {name: {"prompt": prompt, "limit": limits[name]} for name, prompt in prompts.items()}, ensure_ascii=False,
    indent=1) + "\n")
