"""`numlp report`: the report on the reproduction, from the result files; `numlp report gradients` measures the gradient checks."""

import json
from collections.abc import Sequence
from pathlib import Path

from numlp.errors import require
from numlp.files import write_text
from numlp.reproduction.gradients import measure, write_checked
from numlp.reproduction.inputs import CHECKED, HOME, RESULTS, load_inputs

FIGURES = HOME / "figures"


def main(argv: Sequence[str]) -> int:
    """Write report.md, report.html and figures/ beside the results, or with `gradients` the results of the gradient checks."""
    require(list(argv) in ([], ["gradients"]), "numlp report", "nothing, or gradients", arguments=list(argv))
    if argv:
        return check_gradients(Path.cwd())
    write_report(Path.cwd())
    return 0


def check_gradients(root: Path) -> int:
    """Check the reports' networks with the seeds of the results."""
    about = root / RESULTS / "provenance.json"
    require(about.exists(), str(RESULTS), "results; run make reports first")
    seeds = json.loads(about.read_text())["seeds"]
    rows = list(measure(seeds))
    write_checked(root / CHECKED, rows)
    print(f"report: {len(rows)} comparisons of gradients over {len(seeds)} seeds in {CHECKED}")
    return 0


def write_report(root: Path) -> None:
    """Draw every plot, and write the report as Markdown and as one page of HTML."""
    from numlp.reproduction.figures_style import data_uri, save_png
    from numlp.reproduction.render import markdown, page
    from numlp.reproduction.report import report

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
