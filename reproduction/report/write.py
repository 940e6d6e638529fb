"""Draws every plot, and writes the report as Markdown and as one page of HTML."""

from pathlib import Path

from numlp.files import write_text
from reproduction.report.inputs import load_inputs
from reproduction.results import HOME

FIGURES = HOME / "figures"


def write_report(root: Path) -> None:
    """Draw every plot, and write the report as Markdown and as one page of HTML."""
    from reproduction.plots.plot_style import encode_svg, save_png
    from reproduction.report.contents import build_report
    from reproduction.report.render import render_markdown, render_page

    inputs = load_inputs(root)
    document, plots = build_report(inputs)
    addresses = {}
    for plot in plots:
        figure = plot.draw()
        save_png(figure, root / FIGURES / f"{plot.name}.png")
        addresses[plot.name] = encode_svg(figure)
    for old in (root / FIGURES).glob("*.png"):
        if old.stem not in addresses:
            old.unlink()
    write_text(root / HOME / "report.md", render_markdown(document))
    write_text(root / HOME / "report.html", render_page(document, addresses))
    print(f"report: {HOME / 'report.md'}, {HOME / 'report.html'} and {len(plots)} figures")
