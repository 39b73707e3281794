"""The 95% interval over documents and training seeds, by numpy: prints what SeedStatisticsTests expects.

    python Tests/References/bootstrap.py
"""

import numpy

documents, resamples = 12, 400_000
rng = numpy.random.default_rng(0)


def scores(level):
    """[seed][document] sums of 4 questions: a fixed pattern, so that the Swift test can make it too."""
    return numpy.array([[(level + 2 * s + 3 * d * (s + 1)) % 5 for d in range(documents)] for s in range(3)])


def means(scores, drawn):
    seeds = rng.integers(0, len(scores), (resamples, len(scores)))
    by_seed = numpy.stack([scores[s][drawn].sum(1) / (4 * documents) for s in range(len(scores))], 1)
    return numpy.take_along_axis(by_seed, seeds, 1).mean(1)


first, second = scores(1), scores(3)
drawn = rng.integers(0, documents, (resamples, documents))
a, b = means(first, drawn), means(second, drawn)
for name, values in [("mean", a), ("difference", a - b), ("relative", a / b - 1)]:
    print(name, numpy.percentile(values, [2.5, 97.5]).round(4))
print("point", first.mean() / 4, second.mean() / 4)
