"""`numlp gradcheck`: compare the gradients of the reports' networks, or of a chosen one, with central differences."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from numlp.blas import blas_threads
from numlp.config import Config
from numlp.display.progress_bar import count_steps
from numlp.nn.gradient_check import Difference
from numlp.nn.gradient_check_cases import CASES, Case
from numlp.runs.invocation import Invocation
from numlp.training.build import initialiser

if TYPE_CHECKING:
    from rich.console import Console

KINDS = {"W": "linear{}.W", "b": "linear{}.b", "gamma": "bn{}.gamma", "beta": "bn{}.beta"}
MINUTES = 50_000  # entries: so many take minutes where an image has 3,072 values


def run(config: Config, out: Path, invocation: Invocation) -> int:
    """Check G1 to G5, or the network of `config` when the command line chooses one; the exit code is 1 if one differs."""
    entries = config.gradcheck.entries
    samples = entries if isinstance(entries, int) else None
    if all(override.lstrip("+").startswith("gradcheck") for override in invocation.overrides):
        return check([replace(case, samples=samples) for case in CASES])
    init = initialiser(config.init)
    # The config has checked that the placement is one of the three; to the type checker it is any text.
    case = Case("asked", tuple(config.model.hidden), config.norm.placement, init=init, lam=config.lam, samples=samples, seed=config.seed)  # type: ignore[arg-type]
    case = replace(case, dropout=config.dropout, input_dropout=config.input_dropout, activation=config.activation.name)
    return check([case])


def check(cases: Sequence[Case], tolerance: float = 1e-6) -> int:
    """Check each network and print its table; the exit code is 1 if a norm-relative error is above the tolerance, else 0."""
    from rich.console import Console

    console = Console()
    console.print(_plan(cases))
    failed = 0
    for number, case in enumerate(cases, start=1):
        # One BLAS thread: in products this small a second one gains nothing, and on a busy machine they wait for each other.
        with blas_threads(1), count_steps(case.drawn(), f"{case.name}, network {number} of {len(cases)}") as tick:
            differences = case.check(tolerance, tick)
        failed += not report(case, differences, console)
    colour = "green" if failed == 0 else "red"
    console.print(f"[{colour}]{len(cases) - failed} of {len(cases)} networks agree[/] (norm-relative error at most {tolerance:g}, float64)")
    return int(failed > 0)


def report(case: Case, differences: Sequence[Difference], console: "Console") -> bool:
    """Print one network's table, a row for each layer, and say whether every parameter passed."""
    from rich import box
    from rich.table import Table

    by_name = {difference.name: difference for difference in differences}
    table = Table(title=_title(case), caption=_caption(differences), title_justify="left", caption_justify="left")
    table.box, table.padding = box.SIMPLE_HEAD, (0, 1, 0, 0)
    for heading in ("layer", *KINDS, "max relative", "verdict"):
        table.add_column(heading, no_wrap=heading != "verdict")
    for index in range(1, len(case.hidden) + 2):
        layer = {kind: by_name[name.format(index)] for kind, name in KINDS.items() if name.format(index) in by_name}
        cells = [f"{layer[kind].mean_abs:.1e}" if kind in layer else "" for kind in KINDS]
        worst = max(layer, key=lambda kind: layer[kind].relative)
        table.add_row(str(index), *cells, f"{layer[worst].relative:.1e} {worst}", _verdict(layer))
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
    return f"{case.name}: hidden ({hidden}), norm {case.norm}, N={case.n}, d={case.d}, h={case.h:g}, lam={case.lam:g}"


def _caption(differences: Sequence[Difference]) -> str:
    text = f"mean absolute difference over {sum(d.drawn for d in differences):,} of {sum(d.size for d in differences):,} entries"
    sampled = [f"{d.drawn:,} of {d.size:,} in {d.name}" for d in differences if d.drawn < d.size]
    if sampled:
        text += f" ({', '.join([*sampled, *['all in the others'] * (len(sampled) < len(differences))])})"
    kinks = sum(d.kinks for d in differences)
    return text if kinks == 0 else f"{text}; {kinks:,} entries are left out, because a unit switches within h"


def _verdict(layer: dict[str, Difference]) -> str:
    wrong = [f"{kind} {difference.verdict}" for kind, difference in layer.items() if not difference.passed]
    if wrong:
        return f"[red]{', '.join(wrong)}[/]"
    zero = [kind for kind, difference in layer.items() if difference.verdict == "zero"]
    return ", ".join(["[green]agrees[/]", *(f"{kind} zero" for kind in zero)])
