"""The rules of the official SQuAD script."""
import collections
import re
import string


def words(text):
    """Its normalisation, as a list of words."""
    text = "".join(c for c in text.lower() if c not in set(string.punctuation))
    return re.sub(r"\b(a|an|the)\b", " ", text).split()


def f1(found, gold):
    same = sum((collections.Counter(words(found)) & collections.Counter(words(gold))).values())
    if not same:
        return float(words(found) == words(gold))
    precision, recall = same / len(words(found)), same / len(words(gold))
    return 2 * precision * recall / (precision + recall)
