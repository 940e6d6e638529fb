"""All files that the report is made from, read once."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, cast

import yaml

from numlp.data.normalise import Name
from numlp.errors import require
from numlp.files import read_rows, sha256
from reproduction.claims import CLAIMS, Evidence, Finding, examine
from reproduction.experiments import FILES
from reproduction.fault_checks import CHECKED as FAULTS_CHECKED
from reproduction.fault_checks import FaultCheck, load_fault_checks
from reproduction.gradient_checks import CHECKED, Checked, Comparison, compare, load_checked, load_published
from reproduction.measured import Measured, NoDataError, Run, load_measured
from reproduction.readings import FILE as READINGS
from reproduction.readings import Choice, Open, choose_readings, read_readings
from reproduction.report.experiment_files import Described, describe_rerun, read_description
from reproduction.results import HOME, PROVENANCE, read_provenance
from reproduction.scoreboard import PUBLISHED, Score, load_scores
from reproduction.settings import RERUNS, read_reruns
from reproduction.significance import estimate

READ = (
    "reproduction/published.csv",
    "reproduction/gradients.csv",
    "reproduction/e11_log.csv",
    "reproduction/explanations.yaml",
    "reproduction/readings.yaml",
    "reproduction/reruns.yaml",
    f"conf/experiment/{FILES}",
)


REASONS = {
    "experiment": "explained by an experiment",
    "fault": "explained in part by a fault",
    "seeds": "by chance between seeds",
    "report": "by what a report leaves open or contradicts",
    "unexplained": "unexplained",
}
"""What an explanation may be, and how the report counts it."""


@dataclass(frozen=True)
class Explanation:
    """Why some rows lie outside the tolerance, or some claims do not hold.

    Attributes:
        title: In a few words.
        rows: Their ids; `*` stands for any text.
        because: A key of `REASONS`.
        rests_on: The experiment, or the ambiguity, that shows it.
        text: The reason.
    """

    title: str
    rows: tuple[str, ...]
    because: str
    rests_on: str
    text: str

    @property
    def anchor(self) -> str:
        """Id of its section in the report."""
        return "why-" + re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")

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
    """The content of the report: results, figures and texts."""

    measured: Measured
    scores: Sequence[Score]
    choices: Mapping[str, Choice]
    entries: Mapping[str, Open]
    findings: Sequence[Finding]
    gradients: Sequence[Comparison]
    checked: Sequence[Checked]
    fault_checks: Sequence[FaultCheck]
    explanations: Sequence[Explanation]
    experiments: Sequence[Described]
    log: Sequence[LogLine]
    provenance: dict[str, Any]
    digest: str

    def explanation(self, row: str) -> Explanation | None:
        """The first explanation that covers a row."""
        return next((found for found in self.explanations if found.covers(row)), None)

    def unexplained(self, rows: Sequence[str]) -> list[str]:
        """Those of `rows` that no explanation covers."""
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

    @property
    def dataset(self) -> str:
        """The data set's full name."""
        return str(self.provenance["data"]["name"])


def load_inputs(root: Path, folder: Path) -> Inputs:
    """Read the results in `folder` of `root`, a project's folder, and check every claim.

    Raises:
        UserError: There are no results.
    """
    provenance = read_provenance(root / folder)
    measured = load_measured(root / folder)
    checked = load_checked(root / folder / CHECKED)
    evidence = Evidence(measured, checked)
    scores, entries = load_scores(root / PUBLISHED, measured), read_readings(root / READINGS)
    return Inputs(
        measured,
        scores,
        choose_readings(entries, scores, measured),
        {report: replace(entry, finding=fill_in(" ".join(entry.finding.split()), measured)) for report, entry in entries.items()},
        [examine(claim, evidence) for claim in CLAIMS],
        compare(load_published(root / HOME / "gradients.csv"), checked),
        checked,
        load_fault_checks(root / folder / FAULTS_CHECKED),
        load_explanations(root / HOME / "explanations.yaml", measured),
        _describe(root),
        read_rows(root / HOME / "e11_log.csv", LogLine),
        provenance,
        digest_inputs(root, folder),
    )


def _describe(root: Path) -> list[Described]:
    """Every experiment, in the order of the ids."""
    files = [read_description(path) for path in sorted((root / "conf/experiment").glob(FILES))]
    return files + [describe_rerun(name, again) for name, again in read_reruns(root / RERUNS).items()]


def load_explanations(path: Path, measured: Measured) -> list[Explanation]:
    """Read explanations.yaml: a list of `title`, `rows`, `because`, `rests_on` and `text`, which `fill_in` completes."""
    entries = yaml.safe_load(path.read_text())
    keys = {"title", "rows", "because", "rests_on", "text"}
    for entry in entries:
        require(set(entry) == keys, str(path), "entries of title, rows, because, rests_on and text", entry=sorted(entry))
        require(entry["because"] in REASONS, str(path), f"because one of {', '.join(REASONS)}", because=entry["because"])
    texts = [fill_in(" ".join(entry["text"].split()), measured) for entry in entries]
    return [
        Explanation(entry["title"], tuple(entry["rows"]), entry["because"], entry["rests_on"], text)
        for entry, text in zip(entries, texts, strict=True)
    ]


def fill_in(text: str, measured: Measured) -> str:
    """The text with the results in it, so that it cannot say others.

    `{e16|test}` or `{x03 schedule.half_cycle_epochs=4|test}` stands for the mean of that run in per cent, or for "(not measured)"; with
    `|std` for mean and standard deviation over the seeds, with `|range` for the lowest and the highest seed. `{e16|peak}` stands for the
    highest recorded training cost, from the lowest to the highest seed.
    """

    def figure(found: re.Match[str]) -> str:
        experiment, _, key = found["run"].partition(" ")
        try:
            if found["split"] == "peak":
                return _peak(measured.recorded(experiment, key))
            values = measured.run(experiment, key).accuracies(cast(Name, found["split"]))
        except NoDataError:
            return "(not measured)"
        if found["form"] == "range":
            return f"{min(values):.2f} to {max(values):.2f}"
        ours = estimate(values)
        return f"{ours.mean:.2f} ± {ours.std:.2f}" if found["form"] == "std" and ours.n > 1 else f"{ours.mean:.2f}"

    return re.sub(r"\{(?P<run>[ex]\d\d[^|}]*)\|(?P<split>train|val|test|peak)(\|(?P<form>range|std))?\}", figure, text)


def _peak(run: Run) -> str:
    peaks = [max(record.train_cost for record in records) for records in run.histories.values()]
    return f"{min(peaks):.1e} to {max(peaks):.1e}".replace("e+0", "e").replace("e+", "e")


def digest_inputs(root: Path, folder: Path) -> str:
    """SHA-256 over the names and contents of all files that the report is made from."""
    results = [folder / name for name in ("*.csv", "*.csv.gz", PROVENANCE)]
    paths = sorted(path for pattern in (*READ, *map(str, results)) for path in root.glob(pattern))
    text = "\n".join(f"{path.relative_to(root).as_posix()} {sha256(path)}" for path in paths)
    return hashlib.sha256(text.encode()).hexdigest()
