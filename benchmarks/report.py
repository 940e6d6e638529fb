"""docs/benchmarks.md: the latest results of every part, kept in docs/benchmarks.json."""

import json
from collections.abc import Sequence

from benchmarks.plots import draw
from benchmarks.process import ROOT
from benchmarks.result import Cell, Part, Row, Table
from numlp.files import write_text

DOCS = ROOT / "docs"
DATA, PAGE, PLOT = DOCS / "benchmarks.json", DOCS / "benchmarks.md", DOCS / "benchmarks.png"
INTRO = """# Benchmarks

Written by `make bench` (a part alone: `make bench PART=step`); the figures are in `benchmarks.json`. The floor is the first layer's two
matrix products, by `np.dot` into arrays made before. A cell is the median and, in brackets, the quartiles of so many rounds as the part
names; a round measures each library once, in turn, in a process of its own, and a ratio is of one round's two times. Nothing else may run
meanwhile: beside another busy process two BLAS threads lose several times their speed.

Ours is `numlp.training.trainer.train` on 45,000 memory-mapped images of 3072 float32, batches of 100 and SGD: gather, forward, backward,
penalty, update and batch norm's moving average. The peers gather from an array of their own and do the same; PyTorch is eager, JAX one
compiled scan, scikit-learn has no batch norm. What was tried for speed, and why some bounds are not kept, is in
[decision 11](decisions/0011-speed.md).
"""


def keep(name: str, part: Part) -> None:
    """Put a part in the place of its older results."""
    found = {**_kept(), name: part.to_json()}
    write_text(DATA, json.dumps(found, indent=1) + "\n")


def write(order: Sequence[str]) -> None:
    """Write the page and the figure from the parts that are kept."""
    kept = _kept()
    parts = {name: Part.from_json(kept[name]) for name in order if name in kept}
    rows = [row for part in parts.values() for row in part.rows]
    sections = [markdown(name, part) for name, part in parts.items()]
    figure = f"![{PLOT.stem}]({PLOT.name})\n"
    write_text(PAGE, "\n".join([INTRO, "## What it must show\n", bounds(rows), figure, *sections]))
    draw(parts, PLOT)


def markdown(name: str, part: Part) -> str:
    """A section: tables, what was skipped, and what it was measured on."""
    about = part.about
    lines = [f"## {part.title}\n"]
    lines += [f"{_bold(table.title)}{_table(table)}" for table in part.tables]
    lines += [bounds(part.rows)] if part.rows else []
    lines += [f"Skipped: {', '.join(part.skipped)}.\n"] if part.skipped else []
    lines.append(
        f"`make bench PART={name}`, {about['repeats']} rounds, {about['seconds']} s: {about['machine']}; {about['blas']}, "
        f"Python {about['python']}, {about['libraries']}; commit {about['commit']}.\n"
    )
    return "\n".join(lines)


def bounds(rows: Sequence[Row]) -> str:
    """The table of the rows that have a bound."""
    head = ["what", "measured (median, quartiles)", "must", "aim", "verdict"]
    table = Table("", head)
    for row in rows:
        sign = ">=" if row.least else "<="
        table.rows.append([row.what, row.measured or "", f"{sign} {row.must:g}", f"{row.aim:g}", row.verdict])
    return _table(table)


def _table(table: Table) -> str:
    lines = [_line(list(table.head)), "|" + "---|" * len(table.head), *map(_line, table.rows)]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[Cell]) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _bold(title: str) -> str:
    return f"**{title}**\n\n"


def _kept() -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = json.loads(DATA.read_text()) if DATA.exists() else {}
    return found
