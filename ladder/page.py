"""docs/ladder.md, from docs/ladder.csv and a template."""

import math
from collections.abc import Sequence
from pathlib import Path

from ladder.anchors import ANCHORS
from ladder.plot import draw
from ladder.rows import TABLE, Row, of, read
from ladder.rungs import RUNGS
from ladder.stats import Step, steps
from numlp.display.style import save
from numlp.errors import UserError, require
from numlp.files import write_text

PAGE, PLOT = Path("docs/ladder.md"), Path("docs/ladder.png")
TEMPLATE = Path(__file__).with_name("page.md.jinja")


def write_page() -> None:
    """Write the page and its plot.

    Raises:
        UserError: There are no runs, or jinja2 is not installed.
    """
    rows = read(TABLE)
    require(len(rows) > 0, str(TABLE), "a row or more; python -m ladder train", rows=0)
    found = steps(rows)
    save(draw(found, data_set(rows)), PLOT)
    write_text(PAGE, render(found, rows))
    print(f"ladder: {PAGE}, {PLOT}")


def render(found: Sequence[Step], rows: Sequence[Row]) -> str:
    """The page as Markdown."""
    try:
        from jinja2 import Environment, StrictUndefined
    except ImportError as error:
        raise UserError('ladder: need the package jinja2; pip install -c constraints.txt -e ".[reports]"') from error
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)  # noqa: S701  # Markdown, of our own words
    environment.filters |= {"signed": signed, "number": number}
    cpus = sorted({f"{row.cpu}, {row.kernel} kernel" for row in rows})
    hours = sum(row.train_seconds for row in rows) / 3600
    best = {
        flag: max((s for s in found if bool(s.rows[0].augmentation) == flag), key=lambda s: s.mean, default=None) for flag in (False, True)
    }
    numbers = {rung.experiment: rung.number for rung in reversed(RUNGS)}  # of a rung that has a second one, in evaluation, the first
    lacking = [rung.number for rung in RUNGS if not of(rows, rung.experiment)]
    return environment.from_string(TEMPLATE.read_text()).render(
        steps=found, rows=rows, data=data_set(rows), cpus=cpus, hours=hours, best=best, numbers=numbers, lacking=lacking, anchors=ANCHORS
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
