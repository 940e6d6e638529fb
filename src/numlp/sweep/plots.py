"""The figures of a sweep: its rounds, the plane of two keys, the curves of its best trials."""

from collections.abc import Sequence
from pathlib import Path

from numlp import paths
from numlp.data.dataset import DatasetInfo
from numlp.display.curves import Curve, draw_overlaid_curves
from numlp.display.search import Span, Tried, draw_contour, draw_rounds
from numlp.display.style import save
from numlp.files import read_rows
from numlp.sweep.space import Range, Space
from numlp.sweep.trial import Trial
from numlp.training.history import Record

ROUNDS, CONTOUR, CURVES = "rounds.png", "contour.png", "curves.png"
SHOWN = 6  # trials in the figure of the curves


def draw_figures(
    out: Path, trials: Sequence[Trial], order: Sequence[Trial], spaces: Sequence[Space], dataset: DatasetInfo, search: str
) -> list[Path]:
    """Draw what there is to draw of a sweep, and return the paths of the figures.

    Args:
        out: The sweep's folder.
        trials: Its trials.
        order: Those that are done, the best first.
        spaces: The space of each round.
        dataset: The data set of the trials.
        search: The samplers and the space, in a line.
    """
    figures, title = {}, f"{dataset.name}\n{search}"
    spans = [{key: Span(d.low, d.high, d.log) for key, d in space.items() if isinstance(d, Range)} for space in spaces]
    if spans[0]:
        subject = f"Validation accuracy of {len(order)} trials"
        tried = [_tried(trial, list(spans[0])) for trial in trials if trial.state == "done"]
        figures[ROUNDS] = draw_rounds(tried, spans, subject, title)
        if len(spans[0]) == 2:
            figures[CONTOUR] = draw_contour(tried, spans[0], subject, title)
    curves = _curves(order)
    if sum(len(curve.histories) for curve in curves) > 1:
        best = f"\nThe best {len(curves)} of {len(order)} trials" if len(order) > len(curves) else ""
        figures[CURVES] = draw_overlaid_curves(curves, title + best, dataset.classes)
    for name, figure in figures.items():
        save(figure, out / name)
    return [out / name for name in figures]


def _tried(trial: Trial, keys: Sequence[str]) -> Tried:
    values = {key: float(trial.point[key]) for key in keys}
    return Tried(trial.round, values, trial.mean("val_accuracy"), trial.deviation("val_accuracy"))


def _curves(order: Sequence[Trial]) -> list[Curve]:
    """Curves of the best trials whose jobs' folders are still there: an earlier sweep may have trained them, and its folder be gone."""
    histories = [(trial, [Path(outcome.folder) / paths.HISTORY for outcome in trial.outcomes]) for trial in order[:SHOWN]]
    complete = [(trial, files) for trial, files in histories if all(file.exists() for file in files)]
    return [Curve(_label(trial), [read_rows(file, Record) for file in files]) for trial, files in complete]


def _label(trial: Trial) -> str:
    return trial.label + (f" ({len(trial.jobs)} seeds)" if len(trial.jobs) > 1 else "")
