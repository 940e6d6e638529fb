"""Readings of the reports: what each leaves open, answered for the whole report, and which answers the evidence supports.

A reading answers every question of a report's entry in reproduction/readings.yaml once, for all of its published accuracies. The
*supported* reading of a report is the one under which our mean lies within the tolerance of most rows; of equals the one with the fewest
departures from the report as stated, then the one with the smallest mean absolute difference. Every combination of answers that has been
measured counts as tried, so that a reader can judge what luck explains.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import product
from pathlib import Path
from statistics import fmean
from typing import cast

from omegaconf import DictConfig

from numlp.data.normalise import Name
from reproduction.measured import Measured, Run
from reproduction.results import HOME, SINGLE
from reproduction.scoreboard import Score
from reproduction.settings import read_yaml

READINGS = HOME / "readings.yaml"
AS_STATED = "as stated"


@dataclass
class Answer:
    """A guess at what a report did, and the runs that show it: an entry of readings.yaml, which describes the fields."""

    id: str
    text: str
    again: list[str] = field(default_factory=list)
    runs: dict[str, str] = field(default_factory=dict)
    splits: dict[str, str] = field(default_factory=dict)

    def measured_run(self, score: Score, measured: Measured) -> Run | None:
        """The run that a row has by this answer; None where the row keeps its own."""
        row = score.published
        own = "" if row.run == SINGLE else f";{row.run}"
        names = [f"{experiment} base={row.experiment}{own}" for experiment in self.again]
        names += [name.replace("{run}", row.run) for pattern, name in self.runs.items() if fnmatchcase(row.id, pattern)]
        return next((run for name in names if (run := measured.find(name)) is not None), None)

    def apply(self, score: Score, measured: Measured) -> Score:
        """The row as this answer has it."""
        run = self.measured_run(score, measured) or score.run
        return Score(score.published, run, cast(Name, self.splits.get(score.split, score.split)))


@dataclass
class Question:
    """A question that a report leaves open: what it states, or we took it to state, and other answers."""

    question: str
    stated: str
    answers: list[Answer]


@dataclass
class Open:
    """A report's entry of readings.yaml: its page's title, the finding, the settings that it states, and its open questions."""

    title: str
    finding: str
    stated: str
    questions: list[Question]


@dataclass(frozen=True)
class Reading:
    """A report read in one way: the answers that depart from the report as stated, and the rows."""

    answers: Sequence[Answer]
    scores: Sequence[Score]

    @property
    def id(self) -> str:
        """The ids of its answers."""
        return " + ".join(answer.id for answer in self.answers) or AS_STATED

    @property
    def within(self) -> int:
        """Rows within the tolerance."""
        return sum(score.within for score in self.scores)

    @property
    def distance(self) -> float:
        """Mean absolute difference over its measured rows, percentage points; 0 where none was measured."""
        differences = [abs(score.difference) for score in self.scores if score.values]
        return fmean(differences) if differences else 0.0

    @property
    def rank(self) -> tuple[int, int, float]:
        """The criterion by which a reading is supported; the lowest is."""
        return -self.within, len(self.answers), self.distance


@dataclass(frozen=True)
class Choice:
    """The readings of a report that were tried, and the supported one."""

    tried: Sequence[Reading]
    supported: Reading

    @property
    def stated(self) -> Reading:
        """The report as stated."""
        return self.tried[0]

    def pairs(self) -> list[tuple[Score, Score]]:
        """Each row as stated, and by the supported reading."""
        return list(zip(self.stated.scores, self.supported.scores, strict=True))


def read_readings(path: Path) -> dict[str, Open]:
    """Read readings.yaml, by report.

    Raises:
        UserError: The file is missing or has other fields.
    """
    entries: dict[str, Open] = read_yaml(path, DictConfig({}, element_type=Open))
    return entries


def choose_readings(entries: Mapping[str, Open], scores: Sequence[Score], measured: Measured) -> dict[str, Choice]:
    """By report: every combination of answers that was measured, the report as stated first, and the supported one."""
    rows = defaultdict(list)
    for score in scores:
        rows[score.published.source].append(score)
    return {report: _choose(entries[report].questions if report in entries else [], own, measured) for report, own in rows.items()}


def _choose(questions: Sequence[Question], scores: Sequence[Score], measured: Measured) -> Choice:
    answers = [[None, *(answer for answer in q.answers if was_measured(answer, scores, measured))] for q in questions]
    tried = [_read([answer for answer in chosen if answer is not None], scores, measured) for chosen in product(*answers)]
    return Choice(tried, min(tried, key=lambda reading: reading.rank))


def was_measured(answer: Answer, scores: Sequence[Score], measured: Measured) -> bool:
    """Whether an answer changes a row that was measured."""
    moved = any(score.split in answer.splits and score.values for score in scores)
    return moved or any(answer.measured_run(score, measured) is not None for score in scores)


def _read(answers: Sequence[Answer], scores: Sequence[Score], measured: Measured) -> Reading:
    read = []
    for score in scores:
        for answer in answers:
            score = answer.apply(score, measured)
        read.append(score)
    return Reading(answers, read)
