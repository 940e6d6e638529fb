"""Two classifiers on the same images: is one better, and by how much?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES, LEVEL = 10_000, 0.95
Correct = NDArray[np.bool_]


@dataclass(frozen=True)
class PairedTest:
    """Two classifiers on the same images; accuracies are fractions."""

    both: int  # number of images that both classify correctly
    first: int  # number of images that only the first classifies correctly
    second: int
    neither: int
    n: int  # number of images
    accuracies: tuple[float, float]  # accuracies of the first and of the second classifier
    difference: float  # accuracy of the second minus that of the first
    low: float  # lower end of the difference's 95 % interval: percentiles of a paired bootstrap
    high: float  # upper end of the interval
    p: float  # p-value of McNemar's test, exact and two-sided


def compare_paired(a: Correct, b: Correct) -> PairedTest:
    """Compare by (n,) masks of the images that each classifier gets right.

    The bootstrap draws n images with both answers to each. Only the four counts enter the difference, and those of a draw are
    multinomial: so they are drawn, which is the same and takes no time. Its seed is fixed.

    Source: McNemar 1947, doi:10.1007/BF02295996; Dietterich 1998, doi:10.1162/089976698300017197, for its use on classifiers.
    """
    from scipy.stats import binomtest

    both, first, second, neither = counts = [int(np.sum(mask)) for mask in (a & b, a & ~b, ~a & b, ~a & ~b)]
    n = len(a)
    draws = np.random.default_rng(0).multinomial(n, np.array(counts) / n, size=RESAMPLES)
    low, high = np.quantile((draws[:, 2] - draws[:, 1]) / n, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    p = float(binomtest(first, first + second).pvalue) if first + second > 0 else 1.0
    accuracies = ((both + first) / n, (both + second) / n)
    return PairedTest(both, first, second, neither, n, accuracies, (second - first) / n, float(low), float(high), p)
