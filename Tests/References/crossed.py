"""Differences over documents and trainings, shares of the way, medians and Student's t by numpy, scipy and statsmodels, as
crossed.json of LeaderboardsTests.

    python Tests/References/crossed.py

Mean squares are those of statsmodels' analysis of variance with seeds and documents as factors.
"""

import json
import pathlib

import numpy
import pandas
import scipy.stats
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

OUT = pathlib.Path(__file__).parent.parent / "LeaderboardsTests" / "Fixtures" / "crossed.json"
rng = numpy.random.default_rng(11)


def scores(seeds, documents, counts, level, spread):
    """[seed][document] sums of right answers."""
    p = level + rng.normal(0, spread, (seeds, 1)) + rng.normal(0, 0.2, documents) + rng.normal(0, 0.1, (seeds, documents))
    return rng.binomial(counts, numpy.clip(p, 0, 1)).astype(float)


def mean_squares(values):
    seeds, documents = numpy.indices(values.shape)
    frame = pandas.DataFrame({"y": values.ravel(), "s": seeds.ravel(), "d": documents.ravel()})
    table = anova_lm(ols("y ~ C(s) + C(d)", frame).fit())
    return table.loc["C(s)", "mean_sq"], table.loc["Residual", "mean_sq"]


def contrast(first, second, counts):
    """Estimate, standard error, degrees of freedom, interval and p-value of the difference of means over examples."""
    documents, examples = len(counts), counts.mean()
    parts, by_document, estimate = [], numpy.zeros(documents), 0.0
    for sign, sums in ((1, first), (-1, second)):
        mean = sums.sum() / (len(sums) * counts.sum())
        values = (sums - mean * counts) / examples
        estimate += sign * mean
        by_document += sign * values.mean(0)
        if len(sums) > 1:
            seeds, rest = mean_squares(values)
            if seeds > rest:
                scale = documents * len(sums)
                parts += [(seeds / scale, len(sums) - 1), (-rest / scale, (len(sums) - 1) * (documents - 1))]
    parts.append((by_document.var(ddof=1) / documents, documents - 1))
    variance = sum(value for value, _ in parts)
    degrees = max(variance ** 2 / sum(value ** 2 / d for value, d in parts), min(d for value, d in parts if value > 0))
    error = variance ** 0.5
    half = scipy.stats.t.ppf(0.975, degrees) * error
    return {"estimate": estimate, "standardError": error, "degrees": degrees, "low": estimate - half,
            "high": estimate + half, "pValue": 2 * scipy.stats.t.sf(abs(estimate / error), degrees)}


cases = []
for seeds, documents, most, spread in [((3, 3), 20, 4, 0.05), ((2, 1), 12, 3, 0.1), ((6, 3), 40, 5, 0.03),
                                       ((4, 3), 15, 6, 0.0), ((1, 1), 25, 3, 0.0)]:
    counts = rng.integers(1, most + 1, documents)
    first = scores(seeds[0], documents, counts, 0.6, spread)
    second = scores(seeds[1], documents, counts, 0.5, spread)
    cases.append({"counts": counts.tolist(), "first": first.tolist(), "second": second.tolist(),
                  **contrast(first, second, counts)})

# The share of the way, by a bootstrap over documents that knows nothing of the delta method.
counts = rng.integers(2, 5, 150)
own, full, floor = (scores(1, 150, counts, level, 0)[0] for level in (0.5, 0.85, 0.1))


def share(own, full, floor, axis=-1):
    return (own.sum(axis) - floor.sum(axis)) / (full.sum(axis) - floor.sum(axis))


found = scipy.stats.bootstrap((own, full, floor), share, paired=True, vectorized=True, n_resamples=100_000, batch=2000,
                              method="percentile", rng=rng).confidence_interval
way = {"counts": counts.tolist(), "own": own.tolist(), "full": full.tolist(), "floor": floor.tolist(),
       "share": float(share(own, full, floor)), "interval": [float(found.low), float(found.high)]}

medians = []
for size in (5, 6, 9, 30, 31, 100):
    values = rng.lognormal(0, 1, size)
    found = scipy.stats.quantile_test(values, p=0.5).confidence_interval(0.95)
    medians.append({"values": values.tolist(),
                    "interval": None if numpy.isnan(found.low) else [found.low, found.high]})

degrees = [1, 1.7, 2, 4.25, 10, 99.5, 5000]
OUT.write_text(json.dumps({
    "cases": cases, "way": way, "medians": medians,
    "t": [{"degrees": d, "critical": float(scipy.stats.t.ppf(0.975, d)),
           "pValues": [[t, float(2 * scipy.stats.t.sf(t, d))] for t in (0.1, 1, 2.5, 12)]} for d in degrees],
}, default=float) + "\n")
for c in cases:
    print(len(c["first"]), len(c["second"]), {k: v for k, v in c.items() if k not in ("counts", "first", "second")})
print(way["share"], way["interval"], OUT.stat().st_size)
