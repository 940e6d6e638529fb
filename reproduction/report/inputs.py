"""All files that the pages are made from, read once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from numlp.files import read_rows
from reproduction.claims import CLAIMS, Finding, examine, read_claims
from reproduction.experiments import Described, describe_all
from reproduction.explanations import EXPLANATIONS, Explanation, complete, fill_in, find_explanation, read_explanations
from reproduction.gradient_checks import FACTOR, FAULTS_CHECKED, ROUNDING, Comparison, FaultCheck, PublishedCell, compare
from reproduction.measured import Run, load_measured
from reproduction.plots.makers import Source
from reproduction.readings import READINGS, Open, read_readings
from reproduction.results import HOME, read_provenance
from reproduction.scoreboard import NEAR, WIDEST
from reproduction.settings import RERUNS, Rerun, read_reruns
from reproduction.verdicts import Row, Scoreboard, judge_rows


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
    """The content of the pages: results, figures and texts."""

    board: Scoreboard
    entries: Mapping[str, Open]
    findings: Sequence[Finding]
    gradients: Sequence[Comparison]
    fault_checks: Sequence[FaultCheck]
    explanations: Sequence[Explanation]
    experiments: Sequence[Described]
    reruns: Mapping[str, Rerun]
    log: Sequence[LogLine]
    provenance: dict[str, Any]

    def explanation(self, row: str) -> Explanation | None:
        """The first explanation that covers a row or a claim."""
        return find_explanation(row, self.explanations)

    def rows_of(self, place: str) -> list[Row]:
        """The published accuracies of a report or an experiment."""
        return [row for row in self.board.rows if place in (row.stated.published.source, row.stated.published.experiment)]

    def kernels(self, run: Run | None) -> str:
        """The BLAS kernels of a run's seeds; one machine made results that do not name theirs."""
        rows = run.rows.values() if run is not None else ()
        return ", ".join(sorted({getattr(row, "kernel", "") or self.provenance.get("blas_kernel", "-") for row in rows})) or "-"

    @property
    def outside(self) -> list[Row]:
        """The published accuracies that were measured and are not within."""
        return [row for row in self.board.rows if row.verdict not in ("within", "not measured")]

    @property
    def unsettled(self) -> list[Finding]:
        """The claims that ours contradict, or that a fault explains."""
        return [finding for finding in self.findings if finding.verdict in ("contradicted", "explained by a fault")]


def load_inputs(root: Path, folder: Path) -> Inputs:
    """Read the results in `folder` of `root`, a project's folder, judge every row and check every claim.

    Raises:
        UserError: There are no results.
    """
    provenance = read_provenance(root / folder)
    measured = load_measured(root / folder)
    board, entries = judge_rows(root, measured), read_readings(root / READINGS)
    faults = root / folder / FAULTS_CHECKED
    return Inputs(
        measured,
        [row.stated for row in board.rows],
        provenance["data"]["name"],
        board,
        {report: replace(entry, finding=fill_in(entry.finding, measured)) for report, entry in entries.items()},
        [examine(name, claim, measured) for name, claim in read_claims(root / CLAIMS).items()],
        compare(read_rows(root / HOME / "gradients.csv", PublishedCell), measured.gradients),
        read_rows(faults, FaultCheck) if faults.exists() else [],
        [complete(explanation, measured) for explanation in read_explanations(root / EXPLANATIONS)],
        describe_all(root),
        read_reruns(root / RERUNS),
        read_rows(root / HOME / "e11_log.csv", LogLine),
        provenance,
    )


@cache
def _texts() -> dict[str, str]:
    texts: dict[str, str] = yaml.safe_load(Path(__file__).with_name("texts.yaml").read_text())
    return texts


def paragraph(name: str, **values: object) -> str:
    """A paragraph of texts.yaml."""
    return _texts()[name].strip().format(near=f"{NEAR:g}", widest=f"{WIDEST:g}", factor=FACTOR, rounding=f"{ROUNDING:g}", **values)


def counted(names: Sequence[str]) -> str:
    """`20 reproduced; 3 inconclusive`: how often each of the names is there, the most frequent first."""
    return "; ".join(f"{count} {name}" for name, count in Counter(names).most_common())
