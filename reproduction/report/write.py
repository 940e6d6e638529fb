"""The whole report: its sections in their order, its figures, and its files."""

import re
from pathlib import Path

from numlp.files import write_text
from reproduction.plots.catalog import build_plots
from reproduction.plots.plot_style import Plot, save_png
from reproduction.report.accuracies import build_readings, build_scoreboard
from reproduction.report.claims import build_claims, build_gradients
from reproduction.report.experiments import build_experiments
from reproduction.report.inputs import Inputs, load_inputs, paragraph
from reproduction.report.markdown import Markdown, escape, list_sections, section, table
from reproduction.report.summary import build_summary

JPEG = "8114b53f71e93406d9c351b7518c83f0087749f23af28161c82caf942fcddf95"
"""SHA-256 of the archive that the paragraph `rebuilt` speaks of."""
NAMES = {
    "name": "data set",
    "archive_sha256": "SHA-256 of its archive",
    "digest": "SHA-256 of its images and labels",
    "git_commit": "commit",
    "source": "SHA-256 of the code that made the results",
    "numlp": "version of numlp",
    "python": "Python",
    "blas": "linear algebra",
    "cpu": "processor",
}


def write_report(root: Path, results: Path, target: Path) -> None:
    """Draw every plot of `results`, and write report.md and figures/ in `target`; both are folders of `root`, a project's folder."""
    text, plots = build_report(load_inputs(root, results))
    figures = root / target / "figures"
    for plot in plots:
        save_png(plot.draw(), figures / f"{plot.name}.png")
    for old in figures.glob("*.png"):
        if old.stem not in {plot.name for plot in plots}:
            old.unlink()
    write_text(root / target / "report.md", text)
    print(f"report: {target / 'report.md'} and {len(plots)} figures")


def build_report(inputs: Inputs) -> tuple[str, list[Plot]]:
    """The report as Markdown, whose images are files in `figures/`, and the plots that it shows."""
    drawn = build_plots(inputs)
    summary, pictures = build_summary(inputs)
    others = (
        build_scoreboard(inputs),
        build_readings(inputs),
        build_claims(inputs),
        build_gradients(inputs),
        build_experiments(inputs, drawn),
        _provenance(inputs),
    )
    short = inputs.dataset.partition(",")[0]
    overrides = ", ".join(inputs.provenance.get("overrides", []))
    title = f"REHEARSAL with {overrides}: five reports on {short}" if overrides else f"Five reports on {short}, reproduced"
    lead = f"{paragraph('lead')} The images are {inputs.dataset}."
    contents = list_sections("\n\n".join([summary, *others]))
    text = "\n\n".join([f"# {escape(title)}", escape(lead), summary, "## Contents", contents, *others])
    return text + "\n", [plot for group in [pictures, *(one for groups in drawn.values() for one in groups)] for plot in group.plots]


def _provenance(inputs: Inputs) -> Markdown:
    """The provenance of the results: data, code and machine."""
    facts = {**inputs.provenance["data"], **{name: value for name, value in inputs.provenance.items() if name != "data" and value != []}}
    if facts.get("archive_sha256") == JPEG:
        facts["name"] = f"{facts['name']}. {paragraph('rebuilt')}"
    rows = [(NAMES.get(name, name), _fact(value)) for name, value in facts.items()]
    return section(2, "provenance", "Provenance", table("fact | value", rows))


def _fact(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"`{text}`" if re.fullmatch(r"[0-9a-f]{40,64}", text) else text
