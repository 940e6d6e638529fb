"""The gradient checks G1 to G5 over several seeds, beside the reports' cells; and R0's check of networks with planted mistakes."""

import math
import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields, replace
from itertools import product
from pathlib import Path

import numpy as np

from numlp.files import write_csv
from numlp.nn.gradient_check import Difference, check_gradients
from numlp.nn.gradient_check_cases import CASES, Case
from numlp.nn.network import set_from_batch
from reproduction.faults import CHANGE_NETWORKS, FAULTS, FaultyTrainer

CHECKED, FAULTS_CHECKED = "gradients.csv", "fault_checks.csv"

ROUNDING = 1e-9
"""Below this a difference is rounding: eps / h is 2e-11 for h = 1e-5 and 2e-10 for h = 1e-6."""
FACTOR = 5
"""Two differences that are both rounding are as tight within this factor."""
R0_CHECK = next(case for case in CASES if (case.name, case.hidden) == ("G1", (50, 50, 30)))
RIGHT = "none"
LAMBDAS = (0.0, 0.005)
"""R0's check has no L2 regularization; its trainings have 0.005."""


@dataclass(frozen=True)
class Checked:
    """The comparison of one parameter of one network, drawn from one seed.

    Attributes:
        case: G1 to G5.
        hidden: Widths joined by `-`.
        layer: From 1, input side first.
        kind: W, b, gamma or beta.
        gradient: Root mean square of the analytic gradient.
        mean_abs: Mean absolute difference of the plain central difference, as the reports take it.
        mean: Its mean with sign.
        std: Its standard deviation.
        max_abs: Its largest absolute value.
        limit: Root mean square of the difference once the quotient is extrapolated to h = 0.
        verdict: As in `numlp.nn.gradient_check.Difference`.
    """

    case: str
    hidden: str
    norm: str
    layer: int
    kind: str
    seed: int
    gradient: float
    mean_abs: float
    mean: float
    std: float
    max_abs: float
    limit: float
    verdict: str

    @property
    def relative(self) -> float:
        """Norm of the plain difference over the gradient's; no number where the gradient is zero by theory."""
        return math.hypot(self.mean, self.std) / self.gradient if self.verdict != "zero" else math.nan


@dataclass(frozen=True)
class PublishedCell:
    """One number of a report's table of gradient checks: its place as in `Checked`, the column that it is compared with, and its value."""

    case: str
    source: str
    hidden: str
    norm: str
    layer: int
    kind: str
    measure: str
    value: float


@dataclass(frozen=True)
class Comparison:
    """A published cell beside ours: the plain difference, the extrapolated one, and the verdict."""

    cell: PublishedCell
    plain: float
    limit: float
    verdict: str

    @property
    def good(self) -> bool:
        """Whether ours is as it should be."""
        return self.verdict not in ("looser", "no data")


def measure(seed: int, cases: Sequence[Case] = CASES) -> list[Checked]:
    """Check each network with parameters and images of a seed."""
    return [_describe(case, seed, d) for case in cases for d in replace(case, seed=seed).check()]


def _describe(case: Case, seed: int, d: Difference) -> Checked:
    owner, kind = d.name.split(".")
    place = (case.name, "-".join(map(str, case.hidden)), case.norm, int(re.sub(r"\D", "", owner)), kind, seed)
    gradient = math.hypot(d.gradient_mean, d.gradient_std)
    return Checked(*place, gradient, d.mean_abs, d.mean, d.std, d.max_abs, d.relative * gradient, d.verdict)


def write_checks(path: Path, rows: Sequence[Checked] | Sequence["FaultCheck"]) -> None:
    """Write one row per check, numbers to six digits."""
    digits = ([f"{value:.6g}" if isinstance(value, float) else value for value in astuple(row)] for row in rows)
    write_csv(path, [item.name for item in fields(rows[0])], digits)


def compare(cells: Sequence[PublishedCell], rows: Sequence[Checked]) -> list[Comparison]:
    """Set the median over the seeds beside each published cell.

    Its verdict is "zero" (by theory, and to rounding in every seed), "as tight" (the plain difference is at most the published one), "both
    rounding" (as absolute differences both are below `ROUNDING`, and within `FACTOR`), "as tight without truncation" (the extrapolated one
    is at most the published one, so what is left of the plain one is the central difference's own error, of the order of h squared),
    "looser", or "no data".
    """
    return [_compare(cell, [row for row in rows if _place(row) == _place(cell)]) for cell in cells]


def _place(item: Checked | PublishedCell) -> tuple[str, str, str, int, str]:
    return item.case, item.hidden, item.norm, item.layer, item.kind


def _compare(cell: PublishedCell, rows: list[Checked]) -> Comparison:
    if not rows:
        return Comparison(cell, math.nan, math.nan, "no data")
    if all(row.verdict == "zero" for row in rows):
        return Comparison(cell, float(np.median([row.mean_abs for row in rows])), 0.0, "zero")
    scale = float(np.median([row.gradient for row in rows])) if cell.measure == "relative" else 1.0
    plain = float(np.median([abs(getattr(row, cell.measure)) for row in rows]))
    limit = float(np.median([row.limit for row in rows])) / scale
    return Comparison(cell, plain, limit, _verdict(abs(cell.value), plain, limit, scale))


def _verdict(published: float, plain: float, limit: float, scale: float) -> str:
    if plain <= published:
        return "as tight"
    if scale * max(plain, published) < ROUNDING and plain <= FACTOR * published:
        return "both rounding"
    return "as tight without truncation" if limit <= published else "looser"


@dataclass(frozen=True)
class FaultCheck:
    """A gradient check of a network with a planted mistake, at one batch.

    Attributes:
        batch: 1 or 2: the moving average starts at the statistics of the first.
        mean_abs: Mean absolute difference of the weights, as R0 prints it, of the layer where it is largest.
        relative: Norm-relative difference of the parameter where it is largest.
        verdict: "passes" when every parameter agrees, else "fails".
    """

    fault: str
    lam: float
    seed: int
    batch: int
    mean_abs: float
    relative: float
    verdict: str


def check_batches(fault: type[FaultyTrainer], case: Case, batches: int = 2) -> list[Sequence[Difference]]:
    """Check the gradients of a network with the fault at each of its first batches, of `case.n` images.

    Its moving average starts at the statistics of the first batch, and the parameters do not change in between.
    """
    network, x, labels = case.draw()
    fault.change_network(network)
    set_from_batch(network, x)
    others = np.random.default_rng([case.seed, 1]).standard_normal((batches - 1, case.n, case.d))
    return [check_gradients(network, images, labels, case.lam, case.h) for images in (x, *others)]


def check_faults(seed: int) -> list[FaultCheck]:
    """R0's check with each fault that changes the network, and without one."""
    rows = []
    for name, lam in product((RIGHT, *CHANGE_NETWORKS), LAMBDAS):
        checks = check_batches(FAULTS.get(name, FaultyTrainer), replace(R0_CHECK, seed=seed, lam=lam))
        for batch, differences in enumerate(checks, start=1):
            weights = max(difference.mean_abs for difference in differences if difference.name.endswith(".W"))
            relative = max(difference.relative for difference in differences)
            verdict = "passes" if all(difference.passed for difference in differences) else "fails"
            rows.append(FaultCheck(name, lam, seed, batch, weights, relative, verdict))
    return rows
