"""All files that the report is made from, read once."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, cast

import yaml

from numlp.data.preprocess import Name
from numlp.errors import require
from numlp.files import read_rows, sha256
from reproduction.claims import CLAIMS, Evidence, Finding, examine
from reproduction.experiments import FILES
from reproduction.gradient_checks import CHECKED, Checked, Comparison, compare, load_checked, load_published
from reproduction.measured import Measured, NoDataError, load_measured
from reproduction.report.experiment_files import Described, describe_rerun, read_description
from reproduction.reruns import FILE, read_reruns
from reproduction.results import FOLDER, HOME, read_provenance
from reproduction.scoreboard import PUBLISHED, Score, load_scores
from reproduction.significance import estimate

READ = (
    "reproduction/published.csv",
    "reproduction/gradients.csv",
    "reproduction/e11_log.csv",
    "reproduction/explanations.yaml",
    "reproduction/reruns.yaml",
    "reproduction/results/*.csv",
    "reproduction/results/*.csv.gz",
    "reproduction/results/provenance.json",
    f"conf/experiment/{FILES}",
)


REASONS = {
    "experiment": "explained by an experiment",
    "seeds": "by chance between seeds",
    "report": "by what a report leaves open or contradicts",
    "unexplained": "unexplained",
}
"""What an explanation may be, and how the report counts it."""


@dataclass(frozen=True)
class Explanation:
    """Why some rows lie outside the tolerance.

    Attributes:
        rows: Their ids; `*` stands for any text.
        because: A key of `REASONS`.
        rests_on: The experiment, or the ambiguity, that shows it.
        text: The reason.
    """

    rows: tuple[str, ...]
    because: str
    rests_on: str
    text: str

    def covers(self, row: str) -> bool:
        """Whether it explains a row."""
        return any(fnmatchcase(row, pattern) for pattern in self.rows)


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
class Inputs:
    """What the report is made from."""

    measured: Measured
    scores: Sequence[Score]
    findings: Sequence[Finding]
    gradients: Sequence[Comparison]
    checked: Sequence[Checked]
    explanations: Sequence[Explanation]
    experiments: Sequence[Described]
    log: Sequence[LogLine]
    provenance: dict[str, Any]
    digest: str

    def explanation(self, row: str) -> Explanation | None:
        """The first explanation that covers a row."""
        return next((found for found in self.explanations if found.covers(row)), None)

    def explained(self, rows: Sequence[str]) -> list[str]:
        """Each explanation of some of `rows` once, behind the rows that it explains."""
        texts = []
        for explanation in self.explanations:
            covered = [row for row in rows if self.explanation(row) is explanation]
            if covered:
                texts.append(f"{', '.join(covered)}: {explanation.text} Rests on: {explanation.rests_on}.")
        return texts

    def unexplained(self, rows: Sequence[str]) -> list[str]:
        """Those of `rows` that no explanation covers."""
        return [row for row in rows if self.explanation(row) is None]

    def scores_of(self, experiment: str) -> list[Score]:
        """The published accuracies of one experiment."""
        return [score for score in self.scores if score.published.experiment == experiment]

    @property
    def missed(self) -> list[Score]:
        """The published accuracies that lie outside the tolerance around our mean."""
        return [score for score in self.scores if score.missed]

    @property
    def dataset(self) -> str:
        """The data set's full name."""
        return str(self.provenance["data"]["name"])


def load_inputs(root: Path) -> Inputs:
    """Read the results below `root`, a project's folder, and check every claim.

    Raises:
        UserError: There are no results.
    """
    provenance = read_provenance(root / FOLDER)
    measured = load_measured(root / FOLDER)
    checked = load_checked(root / CHECKED)
    evidence = Evidence(measured, checked)
    return Inputs(
        measured,
        load_scores(root / PUBLISHED, measured),
        [examine(claim, evidence) for claim in CLAIMS],
        compare(load_published(root / HOME / "gradients.csv"), checked),
        checked,
        load_explanations(root / HOME / "explanations.yaml", measured),
        _describe(root),
        read_rows(root / HOME / "e11_log.csv", LogLine),
        provenance,
        digest_inputs(root),
    )


def _describe(root: Path) -> list[Described]:
    """Every experiment, in the order of the ids."""
    files = [read_description(path) for path in sorted((root / "conf/experiment").glob(FILES))]
    return files + [describe_rerun(name, again) for name, again in read_reruns(root / FILE).items()]


def load_explanations(path: Path, measured: Measured) -> list[Explanation]:
    """Read explanations.yaml: a list of `rows`, `because`, `rests_on` and `text`.

    `{e16|test}` or `{x03 schedule.half_cycle_epochs=4|test}` in a text stands for the mean of that run, so that no text can say
    another figure than the results; after `|range` the lowest and highest seed.
    """
    entries = yaml.safe_load(path.read_text())
    keys = {"rows", "because", "rests_on", "text"}
    for entry in entries:
        require(set(entry) == keys, str(path), "entries of rows, because, rests_on and text", entry=sorted(entry))
        require(entry["because"] in REASONS, str(path), f"because one of {', '.join(REASONS)}", because=entry["because"])
    texts = [fill_in(" ".join(entry["text"].split()), measured) for entry in entries]
    return [
        Explanation(tuple(entry["rows"]), entry["because"], entry["rests_on"], text) for entry, text in zip(entries, texts, strict=True)
    ]


def fill_in(text: str, measured: Measured) -> str:
    """The text with each `{run|split}` and `{run|split|range}` as a figure in per cent, or as "not measured"."""

    def figure(found: re.Match[str]) -> str:
        experiment, _, key = found["run"].partition(" ")
        try:
            values = measured.run(experiment, key).accuracies(cast(Name, found["split"]))
        except NoDataError:
            return "(not measured)"
        return f"{min(values):.2f} to {max(values):.2f}" if found["range"] else f"{estimate(values).mean:.2f}"

    return re.sub(r"\{(?P<run>[ex]\d\d[^|}]*)\|(?P<split>train|val|test)(?P<range>\|range)?\}", figure, text)


def digest_inputs(root: Path) -> str:
    """SHA-256 over the names and contents of all files that the report is made from."""
    paths = sorted(path for pattern in READ for path in root.glob(pattern))
    text = "\n".join(f"{path.relative_to(root).as_posix()} {sha256(path)}" for path in paths)
    return hashlib.sha256(text.encode()).hexdigest()
