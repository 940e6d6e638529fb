"""`numlp gradcheck`: compare the gradients of the reports' networks, or of a chosen one, with central differences."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from numlp.config import Config
from numlp.config.parts import bind, build
from numlp.display.progress_bar import count_steps
from numlp.errors import require
from numlp.nn.activations import kind_of
from numlp.nn.gradient_check import Difference, Verdict
from numlp.nn.gradient_check_cases import CASES, Case
from numlp.runs.invocation import Invocation
from numlp.threads import blas_threads
from numlp.training.memory import available_memory, require_memory

if TYPE_CHECKING:
    from rich.console import Console

TAKEN = ("model", "norm", "activation", "init", "lam", "seed", "dropout", "input_dropout", "gradcheck", "experiment", "hydra")
"""The settings that may be given: those that decide the network and its gradients, and files of them."""

SHARED = ("seed", "gradcheck", "hydra")
"""The settings that leave the reports' networks as they are."""

VERDICTS: dict[Verdict, str] = {
    "agrees": "[green]agrees[/]",
    "zero": "[green]agrees[/], zero",
    "differs": "[red]differs[/]",
    "unchecked": "[red]not checked[/]: a kink at each entry",
}
MINUTES = 50_000  # entries: so many take minutes where an image has 3,072 values


def run(config: Config, out: Path, invocation: Invocation) -> int:
    """Check G1 to G5, or the network of `config` when the command line chooses one; the exit code is 1 if one differs.

    Raises:
        UserError: An override has no effect on the gradients.
    """
    keys = [re.split("[.=@]", override.lstrip("+~"), maxsplit=1)[0] for override in invocation.overrides]
    unused = [override for override, key in zip(invocation.overrides, keys, strict=True) if key not in TAKEN]
    require(not unused, "numlp gradcheck", f"settings of {', '.join(TAKEN[:-2])}", "the others change no gradient here", unused=unused)
    samples = config.gradcheck.entries if isinstance(config.gradcheck.entries, int) else None
    if set(keys) <= set(SHARED):
        return check([replace(case, samples=samples, seed=config.seed) for case in CASES])
    # The config has checked that the placement is one of the three; to the type checker it is any text.
    case = Case("asked", tuple(config.model.hidden), config.norm.placement, samples=samples, seed=config.seed)  # type: ignore[arg-type]
    case = replace(case, init=partial(build, config.init), lam=config.lam, eps=config.norm.eps, activation=bind(config.activation))
    case = replace(case, dropout=config.dropout, input_dropout=config.input_dropout)
    if config.model.inputs is not None:
        case = replace(case, d=config.model.inputs)
    weights = sum(a * b for a, b in pairwise((case.d, *case.hidden, case.classes)))
    require_memory("model.hidden", "a gradient check that needs", 5 * 8 * weights, available_memory())  # five vectors of float64
    if "experiment" in keys:
        print(f"Of the experiment, the gradient check takes {', '.join(TAKEN[:-3])}.")
    return check([case])


def check(cases: Sequence[Case], tolerance: float = 1e-6) -> int:
    """Check each network and print its table; the exit code is 1 if a norm-relative error is above the tolerance, else 0."""
    from rich.console import Console

    console = Console()
    console.print(_plan(cases))
    failed, unchecked = 0, []
    for number, case in enumerate(cases, start=1):
        # One BLAS thread: in products this small a second one gains nothing, and on a busy machine they wait for each other.
        with blas_threads(1), count_steps(case.drawn(), f"{case.name}, network {number} of {len(cases)}") as tick:
            differences = case.check(tolerance, tick)
        failed += not report(case, differences, console)
        unchecked += [difference.name for difference in differences if difference.verdict == "unchecked"]
    color = "green" if failed == 0 else "red"
    console.print(f"[{color}]{len(cases) - failed} of {len(cases)} networks agree[/] (norm-relative error at most {tolerance:g}, float64)")
    if unchecked:
        console.print(f"[red]not checked[/]: {', '.join(unchecked)}; another seed or other widths have entries without a kink")
    return int(failed > 0)


def report(case: Case, differences: Sequence[Difference], console: "Console") -> bool:
    """Print one network's table, a row for each parameter, and say whether every parameter passed."""
    from rich import box
    from rich.table import Table

    table = Table(title=_title(case), caption=_caption(differences), title_justify="left", caption_justify="left")
    table.box, table.padding = box.SIMPLE_HEAD, (0, 1, 0, 0)
    for heading in ("parameter", "checked", "mean absolute", "relative", "verdict"):
        table.add_column(heading, no_wrap=heading != "verdict", justify="right" if heading == "checked" else "left")
    for difference in differences:
        errors = [f"{difference.mean_abs:.1e}", f"{difference.relative:.1e}"] if difference.checked else ["", ""]
        table.add_row(difference.name, f"{difference.checked:,} of {difference.size:,}", *errors, VERDICTS[difference.verdict])
    console.print(table)
    console.print()
    return all(difference.passed for difference in differences)


def _plan(cases: Sequence[Case]) -> str:
    drawn, size = (sum(case.drawn() for case in some) for some in (cases, [replace(case, samples=None) for case in cases]))
    text = f"Checking {'all' if drawn == size else f'{drawn:,} of'} {size:,} entries of {len(cases)} network{'s' * (len(cases) > 1)}"
    if drawn > MINUTES:
        text += ", which takes minutes"
    return f"{text}." if drawn == size else f"{text}, sampled with the seed (gradcheck.entries=all checks every entry)."


def _title(case: Case) -> str:
    hidden = ", ".join(str(width) for width in case.hidden)
    title = f"{case.name}: hidden ({hidden}), norm {case.norm}, N={case.n}, d={case.d}, h={case.h:g}, lam={case.lam:g}, seed={case.seed}"
    usual = Case("", (), "none")
    others = [f"{key}={getattr(case, key)}" for key in ("eps", "dropout", "input_dropout") if getattr(case, key) != getattr(usual, key)]
    if (kind := kind_of(case.activation)) is not usual.activation:
        others.insert(0, f"activation={kind.__name__}")
    return ", ".join([title, *others])


def _caption(differences: Sequence[Difference]) -> str:
    text = f"mean absolute difference over {sum(d.drawn for d in differences):,} of {sum(d.size for d in differences):,} entries"
    sampled = [f"{d.drawn:,} of {d.size:,} in {d.name}" for d in differences if d.drawn < d.size]
    if sampled:
        text += f" ({', '.join([*sampled, *['all in the others'] * (len(sampled) < len(differences))])})"
    kinks = sum(d.kinks for d in differences)
    return text if kinks == 0 else f"{text}; {kinks:,} entries are left out, because a unit switches within h"
