"""The reports' pages: an overview and a page per report, and their figures."""

from pathlib import Path

from numlp.files import write_text
from reproduction.plots.catalog import build_plots
from reproduction.plots.plot_style import Plot, save_png
from reproduction.report.accuracies import build_accuracies, build_open, build_reasons, build_tried
from reproduction.report.claims import build_claims, build_gradients
from reproduction.report.inputs import Inputs, counted, load_inputs
from reproduction.report.markdown import link, section
from reproduction.report.overview import build_overview, draw_costs, draw_overview

PAGES, FIGURES = Path("docs/reports"), Path("reproduction/figures")
"""Folders below a project's folder, or below build/reproduction."""


def write_report(root: Path, results: Path, target: Path) -> None:
    """Write the pages of `results` and draw their figures below `target`; both are folders of `root`, a project's folder."""
    pages, plots = build_report(load_inputs(root, results))
    for plot in plots:
        save_png(plot.draw(), root / target / FIGURES / f"{plot.name}.png")
    for name, text in pages.items():
        write_text(root / target / PAGES / name, text)
    print(f"report: {len(pages)} pages in {target / PAGES}, {len(plots)} figures in {target / FIGURES}")


def build_report(inputs: Inputs) -> tuple[dict[str, str], list[Plot]]:
    """The pages as Markdown, by the names of their files, and the plots that they show."""
    overview, drawn = draw_overview(inputs), build_plots(inputs)
    drawn["e11"] = draw_costs(inputs)
    pages = {"index.md": build_overview(inputs, overview) + "\n"}
    for report, entry in inputs.entries.items():
        rows = inputs.rows_of(report)
        counts = f"Of its {len(rows)} published accuracies: {counted([row.verdict for row in rows])}."
        parts = (
            build_accuracies(inputs, report, drawn),
            build_reasons(inputs, report),
            build_claims(inputs, report),
            build_gradients(inputs, report),
            build_open(inputs, report),
            build_tried(inputs, report),
        )
        original = link("Where to read the original.", "../sources.md#originals")
        pages[f"{report.lower()}.md"] = section(1, entry.title, entry.finding, counts, original, *parts) + "\n"
    return pages, [plot for group in [overview, *(one for groups in drawn.values() for one in groups)] for plot in group.plots]
