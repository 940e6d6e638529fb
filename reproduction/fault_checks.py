"""Which planted mistakes a gradient check sees: R0's own check, at the first batch and at the second."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path

import numpy as np

from numlp.files import read_rows, write_csv
from numlp.nn.gradient_check import Difference, check_gradients
from numlp.nn.gradient_check_cases import CASES, Case
from numlp.nn.moments import set_from_batch
from reproduction.faults import FAULTS, Fault

CHECKED = "fault_checks.csv"
R0_CHECK = next(case for case in CASES if (case.name, case.hidden) == ("G1", (50, 50, 30)))
RIGHT = "none"
LAMBDAS = (0.0, 0.005)
"""R0's check has no L2 regularization; its trainings have 0.005."""


@dataclass(frozen=True)
class FaultCheck:
    """A gradient check of a network with a planted mistake, at one batch.

    Attributes:
        fault: A name of `FAULTS`, or `RIGHT`.
        lam: L2 regularization of the check.
        seed: Of parameters, images and labels.
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


def check_batches(fault: Fault, case: Case, batches: int = 2) -> list[Sequence[Difference]]:
    """Check the gradients of a network with the fault at each of its first batches, of `case.n` images.

    Its moving average starts at the statistics of the first batch, and the parameters do not change in between.
    """
    network, x, labels = case.draw()
    fault.network(network)
    set_from_batch(network, x)
    others = np.random.default_rng([case.seed, 1]).standard_normal((batches - 1, case.n, case.d))
    return [check_gradients(network, images, labels, case.lam, case.h) for images in (x, *others)]


def check_faults(seeds: Iterable[int]) -> Iterator[FaultCheck]:
    """R0's check with each fault that changes the network, and without one."""
    changing = {name: fault for name, fault in FAULTS.items() if fault.changes_network}
    for seed in seeds:
        for name, fault in {RIGHT: Fault(""), **changing}.items():
            for lam in LAMBDAS:
                for batch, found in enumerate(check_batches(fault, replace(R0_CHECK, seed=seed, lam=lam)), start=1):
                    weights = max(difference.mean_abs for difference in found if difference.name.endswith(".W"))
                    relative = max(difference.relative for difference in found)
                    verdict = "passes" if all(difference.passed for difference in found) else "fails"
                    yield FaultCheck(name, lam, seed, batch, weights, relative, verdict)


def write_fault_checks(path: Path, checks: Iterable[FaultCheck]) -> None:
    """Write one row per check."""
    digits = ([f"{value:.6g}" if isinstance(value, float) else value for value in astuple(row)] for row in checks)
    write_csv(path, [item.name for item in fields(FaultCheck)], digits)


def load_fault_checks(path: Path) -> list[FaultCheck]:
    """Read what `write_fault_checks` wrote; no file is no rows."""
    return read_rows(path, FaultCheck) if path.exists() else []
