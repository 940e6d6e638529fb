"""Draws every plot, and writes the report as Markdown and as one page of HTML."""

from pathlib import Path

from numlp.files import write_text
from reproduction.report.inputs import HOME, load_inputs

FIGURES = HOME / "figures"


def write_report(root: Path) -> None:
    """Draw every plot, and write the report as Markdown and as one page of HTML."""
    from reproduction.plots.plot_style import data_uri, save_png
    from reproduction.report.contents import report
    from reproduction.report.render import markdown, page

    inputs = load_inputs(root)
    document, plots = report(inputs)
    addresses = {}
    for plot in plots:
        figure = plot.draw()
        save_png(figure, root / FIGURES / f"{plot.name}.png")
        addresses[plot.name] = data_uri(figure)
    for old in (root / FIGURES).glob("*.png"):
        if old.stem not in addresses:
            old.unlink()
    write_text(root / HOME / "report.md", markdown(document))
    write_text(root / HOME / "report.html", page(document, addresses))
    print(f"report: {HOME / 'report.md'}, {HOME / 'report.html'} and {len(plots)} figures")
