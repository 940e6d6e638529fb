"""Draws every plot, and writes the report as Markdown."""

from pathlib import Path

from numlp.files import write_text
from reproduction.report.inputs import load_inputs


def write_report(root: Path, results: Path, target: Path) -> None:
    """Draw every plot of `results`, and write report.md and figures/ in `target`; both are folders of `root`, a project's folder."""
    from reproduction.plots.plot_style import save_png
    from reproduction.report.contents import build_report
    from reproduction.report.render import render_markdown

    document, plots = build_report(load_inputs(root, results))
    figures = root / target / "figures"
    for plot in plots:
        save_png(plot.draw(), figures / f"{plot.name}.png")
    for old in figures.glob("*.png"):
        if old.stem not in {plot.name for plot in plots}:
            old.unlink()
    write_text(root / target / "report.md", render_markdown(document))
    print(f"report: {target / 'report.md'} and {len(plots)} figures")
