"""benchmarks.png: the time of a step as the network or the batch grows, beside the baselines and the products alone."""

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.result import Part, Table
from benchmarks.stats import Spread
from numlp.display.style import BLUE, GREY, ORANGE, save, sheet, styled

LINES = {"ours": BLUE, "PyTorch": ORANGE, "JAX": "#009E73", "all products": GREY}  # by their columns "..., ms"; Okabe and Ito


def draw(growth: Part, path: Path) -> None:
    """Draw the tables of the part growth."""
    save(figure(growth), path)


@styled
def figure(growth: Part) -> Figure:
    """A panel per table, with a common axis of times."""
    made = sheet("Time of a step with batch norm, ms", f"medians and quartiles; {growth.about['machine']}", height=2.9)
    panels = made.subplots(1, len(growth.tables), sharey=True)
    for axes, table in zip(panels, growth.tables, strict=True):
        panel(axes, table)
    panels[0].set_ylabel("ms")
    panels[0].legend(frameon=False, fontsize=8)
    return made


def panel(axes: Axes, table: Table) -> None:
    """A line per library."""
    for name, colour in LINES.items():
        column = table.head.index(f"{name}, ms")
        points = [(float(str(row[0])), value) for row in table.rows if isinstance(value := row[column], Spread)]
        middle = [value.median for _, value in points]
        error = [[value.median - value.low for _, value in points], [value.high - value.median for _, value in points]]
        style = ":" if name == "all products" else "-"
        axes.errorbar([x for x, _ in points], middle, error, color=colour, linestyle=style, marker="o", markersize=3, label=name)
    sizes = [str(row[0]) for row in table.rows]
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks([float(size) for size in sizes], sizes, fontsize=7.5)
    axes.minorticks_off()
    axes.set_xlabel(table.title.lower())
