"""`numlp gradcheck`: compare the gradients of the reports' networks, or of a chosen one, with central differences."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from hydra.core.hydra_config import HydraConfig
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from numlp.config import Config
from numlp.display.terminal import count_steps
from numlp.nn.gradient_check import Difference, Verdict
from numlp.nn.gradient_check_cases import CASES, Case
from numlp.threads import blas_threads
from numlp.training.plan import make_network

SHARED = ("seed", "gradcheck", "hydra")  # the settings that leave the reports' networks as they are
VERDICTS: dict[Verdict, str] = {
    "agrees": "[green]agrees[/]",
    "zero": "[green]agrees[/], zero",
    "differs": "[red]differs[/]",
    "unchecked": "[red]not checked[/]: a kink at each entry; take another seed or other widths",
}


def run(config: Config, out: Path) -> int:
    """Check G1 to G5, or the network of `config` when the command line has settings; the exit code is 1 if one differs."""
    samples = config.gradcheck.entries if isinstance(config.gradcheck.entries, int) else None
    own = [override for override in HydraConfig.get().overrides.task if not override.lstrip("+").startswith(SHARED)]
    if not own:
        return check([replace(case, samples=samples, seed=config.seed) for case in CASES])
    hidden, placement, classes = tuple(config.model.hidden), config.norm.placement, Case.classes
    inputs = Case.d if config.model.inputs is None else config.model.inputs
    make = partial(make_network, config, inputs, classes, np.float64)
    # A rule of the schema has checked the placement, which is any text to the type checker.
    case = Case(" ".join(own), hidden, placement, d=inputs, lam=config.lam, samples=samples, seed=config.seed, make=make)  # type: ignore[arg-type]
    return check([case])


def check(cases: Sequence[Case], tolerance: float = 1e-6) -> int:
    """Check each network and print its table; the exit code is 1 if a norm-relative error is above the tolerance, else 0."""
    console, failed = Console(), 0
    for number, case in enumerate(cases, start=1):
        # One BLAS thread: in products this small a second one gains nothing, and on a busy machine they wait for each other.
        with blas_threads(1), count_steps(case.drawn(), f"{case.name}, network {number} of {len(cases)}") as tick:
            differences = case.check(tolerance, tick)
        console.print(lay_out(case, differences), "")
        failed += not all(difference.passed for difference in differences)
    color = "green" if failed == 0 else "red"
    console.print(f"[{color}]{len(cases) - failed} of {len(cases)} networks agree[/] (norm-relative error at most {tolerance:g}, float64)")
    return int(failed > 0)


def lay_out(case: Case, differences: Sequence[Difference]) -> Table:
    """One network's table, a row per parameter."""
    hidden, kinks = ", ".join(map(str, case.hidden)), sum(difference.kinks for difference in differences)
    title = f"{case.name}: hidden ({hidden}), norm {case.norm}, N={case.n}, d={case.d}, h={case.h:g}, lam={case.lam:g}, seed={case.seed}"
    caption = f"{kinks:,} entries are left out, because a unit switches within h" if kinks else None
    table = Table(title=Text(title), caption=caption, title_justify="left", caption_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for heading in ("parameter", "checked", "mean absolute", "relative", "verdict"):
        table.add_column(heading, no_wrap=heading != "verdict", justify="right" if heading == "checked" else "left")
    for difference in differences:
        errors = [f"{difference.mean_abs:.1e}", f"{difference.relative:.1e}"] if difference.checked else ["", ""]
        table.add_row(difference.name, f"{difference.checked:,} of {difference.size:,}", *errors, VERDICTS[difference.verdict])
    return table
