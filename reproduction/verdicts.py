"""The one rule by which a published accuracy counts as reproduced, and the one verdict of each.

The headline counts the accuracies *within* 1.5 percentage points of our mean with the settings as the report states them; a second count
takes the supported reading of each report, where the report states nothing. An accuracy that is not within is

* *explained by an experiment* or *by a planted fault*, when our mean by its report's supported reading is within 1.5 percentage points;
* *by chance*, when it lies in the prediction interval for one further run as stated, which is at most 10 percentage points wide;
* *unexplained, report silent*, when explanations.yaml names a setting or images on which it depends and which its report does not state;
* else *unexplained*.

The order is that of this list, and only an interval of at most 10 percentage points confirms anything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, stdev
from typing import Literal, TypeAlias, get_args

from numlp.files import write_csv
from reproduction.explanations import EXPLANATIONS, Explanation, find_explanation, read_explanations
from reproduction.measured import Measured, load_measured
from reproduction.readings import READINGS, Choice, choose_readings, read_readings
from reproduction.results import FOLDER
from reproduction.scoreboard import NEAR, PUBLISHED, Score, load_scores
from reproduction.settings import RERUNS, Rerun, read_reruns

RowVerdict: TypeAlias = Literal[
    "within",
    "explained by an experiment",
    "explained by a planted fault",
    "by chance",
    "unexplained",
    "unexplained, report silent",
    "not measured",
]
VERDICTS: tuple[RowVerdict, ...] = get_args(RowVerdict)
"""All of them, in the order in which the pages count them."""
COLUMNS = ("id", "table", "row", "split", "published", "mean", "std", "n", "within", "supported_mean", "supported_within")


@dataclass(frozen=True)
class Row:
    """A published accuracy as stated and by the supported reading, its verdict, and the experiment that explains it, or ""."""

    stated: Score
    supported: Score
    verdict: RowVerdict
    experiment: str = ""

    @property
    def id(self) -> str:
        """The row's name in published.csv."""
        return self.stated.published.id


@dataclass(frozen=True)
class Scoreboard:
    """All rows in the order of published.csv, and by report the readings that were tried."""

    rows: Sequence[Row]
    choices: Mapping[str, Choice]

    @property
    def headline(self) -> str:
        """The sentence that README, tutorial, overview and decision share."""
        stated, supported = (
            sum(score.within for score in scores) for scores in zip(*((r.stated, r.supported) for r in self.rows), strict=True)
        )
        return (
            f"{stated} of the {len(self.rows)} published accuracies lie within {NEAR:g} percentage points of our mean with the settings as "
            f"stated, and {supported} with the settings that the evidence supports, where a report states none."
        )


def judge_rows(root: Path, measured: Measured) -> Scoreboard:
    """Judge every published accuracy of the project `root`."""
    scores = load_scores(root / PUBLISHED, measured)
    choices = choose_readings(read_readings(root / READINGS), scores, measured)
    reruns, explanations = read_reruns(root / RERUNS), read_explanations(root / EXPLANATIONS)
    rows = {pair[0].published.id: judge_row(*pair, reruns, explanations) for choice in choices.values() for pair in choice.pairs()}
    return Scoreboard([rows[score.published.id] for score in scores], choices)


def judge_row(stated: Score, supported: Score, reruns: Mapping[str, Rerun], explanations: Sequence[Explanation]) -> Row:
    """Judge one published accuracy."""
    if not stated.values:
        return Row(stated, supported, "not measured")
    if stated.within:
        return Row(stated, supported, "within")
    if supported.within and supported.run is not None:
        experiment = supported.run.experiment
        planted = experiment in reruns and reruns[experiment].fault
        return Row(stated, supported, "explained by a planted fault" if planted else "explained by an experiment", experiment)
    if stated.by_chance:
        return Row(stated, supported, "by chance")
    explanation = find_explanation(stated.published.id, explanations)
    return Row(stated, supported, "unexplained, report silent" if explanation and explanation.silent else "unexplained")


def write_scoreboard(root: Path, folder: Path = FOLDER) -> Scoreboard:
    """Compare every published accuracy with the results in `folder` of `root`, in scoreboard.csv.

    Means and standard deviations, exact to the last digit, are empty where there are too few seeds.
    """
    board = judge_rows(root, load_measured(root / folder))
    head = (*COLUMNS, "verdict", "experiment", "reading", "readings_tried")
    write_csv(root / folder / "scoreboard.csv", head, (_line(row, board.choices) for row in sorted(board.rows, key=lambda row: row.id)))
    return board


def _line(row: Row, choices: Mapping[str, Choice]) -> tuple[object, ...]:
    published, values, others = row.stated.published, row.stated.values, row.supported.values
    choice = choices[published.source]
    place = (published.id, published.table, published.row, published.split, published.value)
    spread = (mean(values) if values else "", stdev(values) if len(values) > 1 else "", len(values), str(row.stated.within).lower())
    supported = (mean(others) if others else "", str(row.supported.within).lower())
    return *place, *spread, *supported, row.verdict, row.experiment, choice.supported.id, len(choice.tried)
