"""Two classifiers on the same images: is one better, and by how much?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES, LEVEL = 10_000, 0.95
Right = NDArray[np.bool_]


@dataclass(frozen=True)
class PairedTest:
    """What two classifiers get right of the same images.

    Attributes:
        both: Images that both get right.
        first: That the first alone gets right.
        second: That the second alone gets right.
        neither: That neither does.
        low: Lower end of the 95 % interval of the difference in accuracy, second minus first; percentiles of a paired bootstrap.
        high: Its upper end.
        p: Of McNemar's test, exact and two-sided: how likely so unequal a split of the images that one alone gets right is
            when both are as good.
    """

    both: int
    first: int
    second: int
    neither: int
    low: float
    high: float
    p: float

    @property
    def n(self) -> int:
        """Images."""
        return self.both + self.first + self.second + self.neither

    @property
    def accuracies(self) -> tuple[float, float]:
        """Of the first and of the second, as fractions."""
        return (self.both + self.first) / self.n, (self.both + self.second) / self.n

    @property
    def difference(self) -> float:
        """Accuracy of the second minus that of the first."""
        return (self.second - self.first) / self.n


def compare_paired(first: Right, second: Right) -> PairedTest:
    """Compare by (N,) masks of the images that each classifier gets right.

    The bootstrap draws N images with both answers to each. Only the four counts enter the difference, and those of a draw are
    multinomial: so they are drawn, which is the same and takes no time. Its seed is fixed.

    Source: McNemar 1947, doi:10.1007/BF02295996; Dietterich 1998, doi:10.1162/089976698300017197, for its use on classifiers.
    """
    from scipy.stats import binomtest

    counts = [int(np.sum(mask)) for mask in (first & second, first & ~second, ~first & second, ~first & ~second)]
    n, alone = len(first), counts[1] + counts[2]
    draws = np.random.default_rng(0).multinomial(n, np.array(counts) / n, size=RESAMPLES)
    low, high = np.quantile((draws[:, 2] - draws[:, 1]) / n, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    p = float(binomtest(counts[1], alone).pvalue) if alone > 0 else 1.0
    return PairedTest(counts[0], counts[1], counts[2], counts[3], float(low), float(high), p)
