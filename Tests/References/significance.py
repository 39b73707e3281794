"""Percentiles, intervals and p-values by numpy, scipy and statsmodels, as significance.json of LeaderboardsTests.

    python Tests/References/significance.py

Clusters are documents: a sum of scores and how many questions it is over, not the same for all.
"""

import json
import pathlib

import numpy
import scipy.stats
from statsmodels.stats.multitest import multipletests

OUT = pathlib.Path(__file__).parent.parent / "LeaderboardsTests" / "Fixtures" / "significance.json"
RESAMPLES = 200_000
rng = numpy.random.default_rng(7)


def case(documents, shift):
    counts = rng.integers(1, 6, documents)
    first = rng.binomial(counts, 0.6).astype(float)
    second = numpy.clip(first + rng.integers(-1, 2, documents) - shift, 0, counts).astype(float)
    return counts, first, second


def ratio(sums, counts, axis=-1):
    return sums.sum(axis) / counts.sum(axis)


def interval(sums, counts):
    found = scipy.stats.bootstrap((sums, counts), ratio, paired=True, vectorized=True, n_resamples=RESAMPLES,
                                  batch=2000, method="percentile", rng=rng).confidence_interval
    return [float(found.low), float(found.high)]


def p_value(differences):
    return float(scipy.stats.permutation_test((differences, numpy.zeros_like(differences)), lambda a, b, axis: (a - b).sum(axis),
                                              permutation_type="samples", vectorized=True, n_resamples=RESAMPLES,
                                              batch=2000, rng=rng).pvalue)


cases = []
for documents, shift in [(6, 0), (20, 0), (50, 0), (50, 1), (200, 0)]:
    counts, first, second = case(documents, shift)
    cases.append({
        "counts": counts.tolist(), "first": first.tolist(), "second": second.tolist(),
        "firstInterval": interval(first, counts), "differenceInterval": interval(first - second, counts),
        "pValue": p_value(first - second),
    })
values = [3, 1, 4, 1, 5, 9, 2, 6]
fractions = [0, 0.025, 0.25, 0.5, 0.95, 0.975, 1]
pValues = [0.01, 0.04, 0.03, 0.005, 0.04, 0.8]
OUT.write_text(json.dumps({
    "cases": cases, "values": values, "fractions": fractions,
    "percentiles": [float(numpy.percentile(values, 100 * f)) for f in fractions],
    "pValues": pValues, "holm": multipletests(pValues, method="holm")[1].tolist(),
}) + "\n")
for c in cases:
    print(len(c["counts"]), c["firstInterval"], c["differenceInterval"], c["pValue"])
