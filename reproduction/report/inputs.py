"""All files that the report is made from, read once."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml
from omegaconf import ListConfig

from numlp.data.normalise import Name
from numlp.errors import require
from numlp.files import read_rows
from reproduction.claims import CLAIMS, Finding, examine, read_claims
from reproduction.experiments import Described, describe_all
from reproduction.gradient_checks import FACTOR, FAULTS_CHECKED, ROUNDING, Comparison, FaultCheck, PublishedCell, compare
from reproduction.measured import Measured, NoDataError, load_measured
from reproduction.plots.makers import Source
from reproduction.readings import READINGS, Choice, Open, choose_readings, read_readings
from reproduction.results import HOME, read_provenance
from reproduction.scoreboard import NEAR, PUBLISHED, Score, load_scores
from reproduction.settings import read_yaml
from reproduction.significance import estimate

REASONS = {
    "experiment": "explained by an experiment",
    "fault": "explained in part by a fault",
    "seeds": "by chance between seeds",
    "report": "by what a report leaves open or contradicts",
    "unexplained": "unexplained",
}
"""What an explanation may be, and how the report counts it."""


@dataclass
class Explanation:
    """Why some rows lie outside the tolerance, or some claims do not hold: an entry of explanations.yaml, which describes the fields."""

    title: str
    rows: list[str]
    because: str
    rests_on: str
    text: str

    @property
    def anchor(self) -> str:
        """Id of its section in the report."""
        return "why-" + re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")


@dataclass(frozen=True)
class LogLine:
    """A record of R0's log of E11: costs in nats."""

    cycles: int
    epoch: int
    step: int
    record: int
    j_train: float
    smooth_cost: float
    j_validation: float


@dataclass(frozen=True)
class Inputs(Source):
    """The content of the report: results, figures and texts."""

    choices: Mapping[str, Choice]
    entries: Mapping[str, Open]
    findings: Sequence[Finding]
    gradients: Sequence[Comparison]
    fault_checks: Sequence[FaultCheck]
    explanations: Sequence[Explanation]
    experiments: Sequence[Described]
    log: Sequence[LogLine]
    provenance: dict[str, Any]

    def explanation(self, row: str) -> Explanation | None:
        """The first explanation that covers a row or a claim."""
        return next((one for one in self.explanations if any(fnmatchcase(row, pattern) for pattern in one.rows)), None)

    def unexplained(self, rows: Sequence[str]) -> list[str]:
        """The rows that no explanation covers."""
        return [row for row in rows if self.explanation(row) is None]

    def scores_of(self, experiment: str) -> list[Score]:
        """The published accuracies of one experiment."""
        return [score for score in self.scores if score.published.experiment == experiment]

    @property
    def unsettled(self) -> list[Finding]:
        """The claims that ours contradict, or that a fault explains."""
        return [finding for finding in self.findings if finding.verdict in ("contradicted", "explained by a fault")]

    @property
    def missed(self) -> list[Score]:
        """The published accuracies that lie outside the tolerance around our mean."""
        return [score for score in self.scores if score.missed]


def load_inputs(root: Path, folder: Path) -> Inputs:
    """Read the results in `folder` of `root`, a project's folder, and check every claim.

    Raises:
        UserError: There are no results.
    """
    provenance = read_provenance(root / folder)
    measured = load_measured(root / folder)
    scores, entries = load_scores(root / PUBLISHED, measured), read_readings(root / READINGS)
    faults = root / folder / FAULTS_CHECKED
    return Inputs(
        measured,
        scores,
        provenance["data"]["name"],
        choose_readings(entries, scores, measured),
        {report: replace(entry, finding=fill_in(entry.finding, measured)) for report, entry in entries.items()},
        [examine(name, claim, measured) for name, claim in read_claims(root / CLAIMS).items()],
        compare(read_rows(root / HOME / "gradients.csv", PublishedCell), measured.gradients),
        read_rows(faults, FaultCheck) if faults.exists() else [],
        load_explanations(root / HOME / "explanations.yaml", measured),
        describe_all(root),
        read_rows(root / HOME / "e11_log.csv", LogLine),
        provenance,
    )


def load_explanations(path: Path, measured: Measured) -> list[Explanation]:
    """Read explanations.yaml, whose texts `fill_in` completes."""
    entries: list[Explanation] = read_yaml(path, ListConfig([], element_type=Explanation))
    for entry in entries:
        require(entry.because in REASONS, str(path), f"because one of {', '.join(REASONS)}", because=entry.because)
    return [replace(entry, text=fill_in(entry.text, measured)) for entry in entries]


def fill_in(text: str, measured: Measured) -> str:
    """The text with the results in it, so that it cannot say others.

    `{e16|test}` or `{x03 schedule.half_cycle_epochs=4|test}` stands for the mean of that run in per cent, or for "(not measured)"; with
    `|std` for mean and standard deviation over the seeds, with `|range` for the lowest and the highest seed. `{e16|peak}` stands for the
    highest recorded training cost, from the lowest to the highest seed.
    """

    def figure(match: re.Match[str]) -> str:
        try:
            if match["split"] == "peak":
                histories = measured.recorded(match["run"]).histories.values()
                peaks = [max(record.train_cost for record in records) for records in histories]
                return f"{min(peaks):.1e} to {max(peaks):.1e}".replace("e+0", "e").replace("e+", "e")
            values = measured.run(match["run"]).accuracies(cast(Name, match["split"]))
        except NoDataError:
            return "(not measured)"
        if match["form"] == "range":
            return f"{min(values):.2f} to {max(values):.2f}"
        ours = estimate(values)
        return f"{ours.mean:.2f} ± {ours.std:.2f}" if match["form"] == "std" and ours.n > 1 else f"{ours.mean:.2f}"

    pattern = r"\{(?P<run>[ex]\d\d[^|}]*)\|(?P<split>train|val|test|peak)(\|(?P<form>range|std))?\}"
    return re.sub(pattern, figure, " ".join(text.split()))


@cache
def _texts() -> dict[str, str]:
    texts: dict[str, str] = yaml.safe_load(Path(__file__).with_name("texts.yaml").read_text())
    return texts


def paragraph(name: str, **values: object) -> str:
    """A paragraph of texts.yaml."""
    return _texts()[name].strip().format(near=f"{NEAR:g}", factor=FACTOR, rounding=f"{ROUNDING:g}", **values)


def counted(names: Sequence[str], order: Mapping[str, str]) -> str:
    """`20 reproduced, 3 inconclusive`: how often each of the names in `order` is there, by its text."""
    tally = Counter(names)
    return ", ".join(f"{tally[name]} {text}" for name, text in order.items() if tally[name] > 0)
