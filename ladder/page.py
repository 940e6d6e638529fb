"""docs/ladder.md and docs/beyond.md, from docs/ladder.csv and templates."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path

from ladder.anchors import ANCHORS
from ladder.plot import draw
from ladder.rows import TABLE, Row, of, read
from ladder.rungs import RUNGS
from ladder.stats import Step, steps
from numlp.display.style import save
from numlp.errors import UserError
from numlp.files import write_text

PLOT = Path("docs/ladder.png")
PAGES = {Path("docs/ladder.md"): "page.md.jinja", Path("docs/beyond.md"): "tutorial.md.jinja"}  # with their templates, in this folder


def write_page() -> None:
    """Write the pages and the plot.

    Raises:
        UserError: There are no runs, or jinja2 is not installed.
    """
    rows = read(TABLE)
    if not rows:
        raise UserError(f"no runs in {TABLE}; train them first with python -m ladder train")
    found = steps(rows)
    save(draw(found, data_set(rows)), PLOT)
    for page in PAGES:
        write_text(page, render(page, found, rows))
    print(f"ladder: {', '.join(map(str, PAGES))}, {PLOT}")


def render(page: Path, found: Sequence[Step], rows: Sequence[Row]) -> str:
    """One of PAGES as Markdown."""
    try:
        from jinja2 import Environment, StrictUndefined
    except ImportError as error:
        raise UserError('ladder: the package jinja2 is not installed; run pip install -c constraints.txt -e ".[reports]"') from error
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)  # noqa: S701  # Markdown, of our own words
    environment.filters |= {"signed": signed, "number": number}
    environment.globals |= {"gain_interval": gain_interval, "prediction_interval": prediction_interval}
    cpus = sorted({f"{row.cpu}, {row.kernel} kernel" for row in rows})
    hours = sum(row.train_seconds for row in rows) / 3600
    best = {
        flag: max((s for s in found if bool(s.rows[0].augmentation) == flag), key=lambda s: s.mean, default=None) for flag in (False, True)
    }
    numbers = {rung.experiment: rung.number for rung in reversed(RUNGS)}  # of a rung that has a second one, in evaluation, the first
    lacking = [rung.number for rung in RUNGS if not of(rows, rung.experiment)]
    by = {(step.rung.experiment, step.rung.flipped): step for step in found}
    return environment.from_string(Path(__file__).with_name(PAGES[page]).read_text()).render(
        steps=found,
        by=by,
        rows=rows,
        data=data_set(rows),
        cpus=cpus,
        hours=hours,
        best=best,
        numbers=numbers,
        lacking=lacking,
        anchors=ANCHORS,
    )


def data_set(rows: Sequence[Row]) -> str:
    """Of all runs, with the archive's checksum."""
    archives = ", ".join(sorted({row.archive[:12] for row in rows}))
    return f"CIFAR-10 as a JPEG rebuild, archive sha256 {archives}..."


def signed(value: float) -> str:
    """A difference with its sign and two decimals; a dash for none."""
    return "-" if math.isnan(value) else f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")


def number(value: float, digits: int = 2) -> str:
    """A number with so many decimals; a dash for none."""
    return "-" if math.isnan(value) else f"{value:.{digits}f}"


def gain_interval(step: Step) -> str:
    """The interval of a rung's gain; a dash for none."""
    return _interval(step.low, step.high, signed)


def prediction_interval(step: Step) -> str:
    """Where the accuracy of one more run lies; a dash for none."""
    return _interval(step.mean - step.margin, step.mean + step.margin, number)


def _interval(low: float, high: float, form: Callable[[float], str]) -> str:
    return "-" if math.isnan(low) else f"{form(low)} to {form(high)}"
