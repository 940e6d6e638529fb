"""benchmarks.md: the latest results of every part and kernel, kept in benchmarks.json beside it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, zip_longest
from pathlib import Path

from benchmarks.libraries import BASELINES, OURS
from benchmarks.plots import draw
from benchmarks.result import Cell, Part, Table
from numlp.files import write_text

DATA, PAGE, PLOT = "benchmarks.json", "benchmarks.md", "benchmarks.png"
ABOUT = ("rounds", "seconds", "images", "machine", "BLAS", "kernel", "Python", "libraries", "commit")
Kernels = Mapping[str, Part]
"""Results of one part, by the kernel of NumPy's BLAS that ran."""

INTRO = """# Benchmarks

`make bench` writes this page. Each value is a median with its quartiles in brackets. A round measures every library once, in turn, in a
process of its own with a fixed number of threads; a ratio compares two times of the same round. Measure on an idle machine.

Ours is the training loop itself, on memory-mapped images. The baselines gather their batches from memory as well and make the same
updates: PyTorch is eager with its fused optimisers, JAX is one compiled scan, scikit-learn has no batch norm. *Kernel* is the CPU that the
code of NumPy's matrix products is written for; `python -m benchmarks --kernel Haswell PART` chooses another one. It applies to NumPy
(and so to scikit-learn); PyTorch and JAX have kernels of their own, which do not change.
Each part names its images; those of archive 8114b53f... are the JPEG rebuild of CIFAR-10, sha256
8114b53f71e93406d9c351b7518c83f0087749f23af28161c82caf942fcddf95.
"""
COSTS = """## What it costs

Seconds. A whole command counts from its start to its end, imports and compilation included. `numlp train` also records both splits after
every epoch, keeps checkpoints, evaluates, draws and logs to MLflow; the baselines' scripts train on two threads and keep nothing, and
scikit-learn's trains without batch norm.
"""
TARGETS = """## Lower bounds and targets

The lower bound of a step is its matrix products alone: in a process whose BLAS is warm, on images that were gathered just before, and on
weights and gradients that an update has just passed over. "Best threads" are one or two, whichever is faster for each library.
[Decision 11](decisions/0011-speed.md) has what was tried, and why targets are missed.
"""


def keep(folder: Path, name: str, kernel: str, part: Part) -> None:
    """Put a part in the place of its older results with the same kernel."""
    found = _kept(folder)
    found.setdefault(name, {})[kernel] = part.to_json()
    write_text(folder / DATA, json.dumps(found, indent=1) + "\n")


def write(folder: Path, order: Sequence[str]) -> None:
    """Write the page and the figure from the parts that are kept."""
    kept = _kept(folder)
    parts = {name: {kernel: Part.from_json(part) for kernel, part in kept[name].items()} for name in order if name in kept}
    sections = [INTRO, COSTS, _table(costs(parts)), TARGETS, _table(targets(parts))]
    for name, kernels in parts.items():
        sections.append(section(name, kernels))
        if name == "growth":
            draw(next(iter(kernels.values())), folder / PLOT)
            sections.append(f"![step time by width, depth and batch size]({PLOT})\n")
    write_text(folder / PAGE, "\n".join(sections))


def print_part(name: str, kernel: str, part: Part) -> None:
    """Show a part by itself."""
    print(section(name, {kernel: part}), *([_table(targets({name: {kernel: part}}))] if part.rows else []), sep="\n", flush=True)


def section(name: str, kernels: Kernels) -> str:
    """A part's tables, and what it was measured on."""
    merged = [
        side_by_side(dict(zip(kernels, tables, strict=True))) for tables in zip(*(part.tables for part in kernels.values()), strict=True)
    ]
    lines = [f"## {next(iter(kernels.values())).title}\n", *(f"**{table.title}**\n\n{_table(table)}" for table in merged)]
    for kernel, part in kernels.items():
        about = {**part.about, "kernel": kernel}
        lines.append(f"`make bench PART={name}`, {', '.join(f'{what} {about[what]}' for what in ABOUT)}.\n")
    return "\n".join(lines)


def side_by_side(tables: Mapping[str, Table]) -> Table:
    """The tables of one part from different kernels as one, row beside row; the title names a kernel that is alone."""
    kernel, one = next(iter(tables.items()))
    if len(tables) == 1:
        return Table(f"{one.title} ({kernel} kernel)", one.head, one.rows)
    rows = zip_longest(*([[row[0], kernel, *row[1:]] for row in table.rows] for kernel, table in tables.items()))
    return Table(one.title, [one.head[0], "kernel", *one.head[1:]], [row for row in chain.from_iterable(rows) if row])


def costs(parts: Mapping[str, Kernels]) -> Table:
    """What a user waits for."""
    return Table("", ["", "kernel", OURS, *BASELINES], [[row[0], kernel, *row[1:]] for kernel, part in _each(parts) for row in part.costs])


def targets(parts: Mapping[str, Kernels]) -> Table:
    """The rows that have a target."""
    table = Table("", ["what", "kernel", "measured", "must", "aim", "verdict"])
    for kernel, part in _each(parts):
        for row in part.rows:
            sign = ">=" if row.least else "<="
            table.rows.append([row.what, kernel, row.measured or "", f"{sign} {row.must:g}", f"{sign} {row.aim:g}", row.verdict])
    return table


def _each(parts: Mapping[str, Kernels]) -> Iterator[tuple[str, Part]]:
    return chain.from_iterable(kernels.items() for kernels in parts.values())


def _table(table: Table) -> str:
    lines = [_line(list(table.head)), "|" + "---|" * len(table.head), *map(_line, table.rows)]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[Cell]) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _kept(folder: Path) -> dict[str, dict[str, dict[str, object]]]:
    found: dict[str, dict[str, dict[str, object]]] = json.loads((folder / DATA).read_text()) if (folder / DATA).exists() else {}
    return found
