"""docs/benchmarks.png: steps of all libraries, and cost as the work grows."""

from collections.abc import Mapping
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.result import Part, Table
from benchmarks.stats import Spread
from numlp.display.style import BLUE, GREY, ORANGE, save, sheet, styled

COLOURS = {"ours": BLUE, "PyTorch": ORANGE, "JAX": "#009E73", "scikit-learn": "#CC79A7"}  # Okabe and Ito


def draw(parts: Mapping[str, Part], path: Path) -> None:
    """Draw what there is of the parts step and growth."""
    if "step" in parts or "growth" in parts:
        save(figure(parts), path)


@styled
def figure(parts: Mapping[str, Part]) -> Figure:
    """Draw steps above, growth below."""
    any_part = parts.get("step") or parts["growth"]
    machine = any_part.about["machine"]
    made = sheet("Time of a step", f"medians and quartiles; {machine}", height=2.9 * (("step" in parts) + ("growth" in parts)))
    rows = made.subfigures(("step" in parts) + ("growth" in parts), 1, squeeze=False)[:, 0]
    if "step" in parts:
        steps(rows[0].subplots(), parts["step"].tables[0])
    if "growth" in parts:
        panels = rows[-1].subplots(1, 3, sharey=True)
        for axes, table in zip(panels, parts["growth"].tables, strict=True):
            growth(axes, table)
        panels[0].set_ylim(bottom=0)  # last: it ends the search for a top that they share
    return made


def steps(axes: Axes, table: Table) -> None:
    """Bars: each library's step over the floor, by network and threads; PyTorch's is its ratio to ours times ours to the floor."""
    names = ["ours", *(head.removesuffix(" / ours") for head in table.head[5:])]
    for place, name in enumerate(names):
        for group, row in enumerate(table.rows):
            value, ours = row[4 + place], row[4]
            if isinstance(value, Spread) and isinstance(ours, Spread):
                factor = 1 if name == "ours" else ours.median
                low, middle, high = (factor * v for v in (value.low, value.median, value.high))
                x, error = group + 0.2 * (place - 1.5), [[middle - low], [high - middle]]
                axes.bar(x, middle, 0.18, color=COLOURS[name], yerr=error, label=name if group == len(table.rows) - 1 else None)
    axes.axhline(1, color=GREY, linestyle=":", label="the floor: the first layer's products")
    labels = [
        f"{str(row[0]).replace(', batch norm', chr(10) + 'batch norm')}\n{row[1]} thread{'s' if row[1] != '1' else ''}"
        for row in table.rows
    ]
    axes.set_xticks(range(len(labels)), labels, fontsize=7.5)
    axes.set(ylabel="step / floor")
    axes.legend(frameon=False, ncols=2, fontsize=8)


def growth(axes: Axes, table: Table) -> None:
    """A line: step over the pure products of its shape."""
    points = [(float(str(row[0])), row[3]) for row in table.rows]
    found = [(x, y) for x, y in points if isinstance(y, Spread)]
    middle = [y.median for _, y in found]
    error = [[y.median - y.low for _, y in found], [y.high - y.median for _, y in found]]
    axes.errorbar([x for x, _ in found], middle, error, color=BLUE, marker="o", markersize=4)
    axes.axhline(1, color=GREY, linestyle=":")
    axes.set_xscale("log")
    axes.set_xticks([x for x, _ in found], [f"{x:g}" for x, _ in found], fontsize=7.5)
    axes.minorticks_off()
    axes.set_xlabel(table.title.lower())
    axes.set_title(f"{found[0][1].median:.2f} to {found[-1][1].median:.2f}", fontsize=9)
    if axes.get_subplotspec().is_first_col():  # type: ignore[union-attr]  # None is for axes outside a grid
        axes.set_ylabel("step / pure products")
